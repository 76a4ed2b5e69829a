import Glibc
import Kernel

/// What a picture that had taken over the worker would try.
///
/// With a ``Misbehaviour`` it is a worker that does its job badly. With walls, a folder and an ``Attempt`` it puts those
/// walls up around itself, tries to get through, and says `through` or `refused`.
@main
enum SandboxEscapes {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try Confinement.limitResources()
            if arguments.count == 1, let misbehaviour = Misbehaviour(rawValue: arguments[0]) {
                try misbehaviour.run()
            } else if arguments.count == 3, let walls = Walls(rawValue: arguments[0]),
                let attempt = Attempt(rawValue: arguments[2])
            {
                let server = getppid()
                try walls.putUp()
                say(attempt.isThrough(folder: arguments[1], server: server) ? "through" : "refused")
            } else {
                say("usage: SandboxEscapes MISBEHAVIOUR, or WALLS FOLDER ATTEMPT")
            }
        } catch {
            say("\(error)")
        }
    }
}

/// Writes one line to standard output.
func say(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    bytes.withUnsafeBytes { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}

/// Which walls stand.
enum Walls: String {
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
