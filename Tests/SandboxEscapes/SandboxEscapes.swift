import Glibc
import Kernel

/// Attempts what a picture that has taken over the worker could attempt.
///
/// With a ``Misbehaviour`` it is a worker that does its job badly. With a barrier, a folder and an ``Attempt`` it puts
/// the barrier up around itself, makes the attempt, and prints `through` or `refused`.
@main
enum SandboxEscapes {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try Confinement.limitResources()
            if arguments.count == 1, let misbehaviour = Misbehaviour(rawValue: arguments[0]) {
                try misbehaviour.run()
            } else if arguments.count == 3, let barrier = Barrier(rawValue: arguments[0]),
                let attempt = Attempt(rawValue: arguments[2])
            {
                let server = getppid()
                try barrier.putUp()
                printLine(attempt.succeeds(folder: arguments[1], server: server) ? "through" : "refused")
            } else {
                printLine("usage: SandboxEscapes MISBEHAVIOUR, or BARRIER FOLDER ATTEMPT")
            }
        } catch {
            printLine("\(error)")
        }
    }
}

/// Writes one line to standard output.
func printLine(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    bytes.withUnsafeBytes { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}

/// One of the two parts of the sandbox.
enum Barrier: String {
    case none
    case landlock
    case seccomp

    func putUp() throws {
        switch self {
        case .none: break
        case .landlock: _ = try Confinement.dropFileAccess()
        case .seccomp: try Confinement.dropSystemCalls()
        }
    }
}
