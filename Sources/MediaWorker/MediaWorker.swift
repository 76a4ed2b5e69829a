import FoundationEssentials
import Glibc
import Kernel
import Pictures

/// The only program that decodes untrusted pictures. The server starts it on demand and may kill it at any time.
@main
struct MediaWorker {
    static func main() {
        guard CommandLine.arguments.count == 1 else {
            exit(withError: "snug-media-worker takes no arguments", status: 64)
        }
        do {
            try Confinement.limitResources()
            let environment = ProcessInfo.processInfo.environment
            try VipsRuntime.start(hasHEIFModule: environment[WorkerVariable.heifModule.rawValue] == "on")
            try VipsRuntime.warmUp()
            var session = Session(limits: SessionLimits(from: environment), channel: JobChannel())
            let hasLandlock = try Confinement.dropFileAccess()
            if !hasLandlock { log("this kernel has no Landlock: only seccomp blocks access to files") }
            try Confinement.dropSystemCalls()
            try session.run()
        } catch {
            exit(withError: "\(error)", status: 1)
        }
    }
}

/// Writes one line to standard error, which the server copies to its log.
func log(_ message: String) {
    let line = Array((message.replacing("\n", with: "; ") + "\n").utf8)
    line.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Logs `reason` and ends the process.
func exit(withError reason: String, status: Int32) -> Never {
    log(reason)
    exit(status)
}
