import FoundationEssentials
import Kernel
import Pictures

/// The only program that decodes what strangers sent. Started by the server, which kills it at any time.
@main
struct MediaWorker {
    static func main() {
        guard CommandLine.arguments.count == 1 else { quit("snug-media-worker takes no arguments", status: 64) }
        do {
            try Confinement.limitResources()
            let environment = ProcessInfo.processInfo.environment
            try VipsRuntime.start(hasHEIFModule: environment[WorkerVariable.heifModule.rawValue] == "on")
            try VipsRuntime.warmUp()
            var session = Session(limits: SessionLimits(from: environment), channel: LineChannel())
            let hasLandlock = try Confinement.dropFileAccess()
            if !hasLandlock { complain("this kernel has no Landlock: files are kept away by seccomp alone") }
            try Confinement.dropSystemCalls()
            try session.run()
        } catch {
            quit("\(error)", status: 1)
        }
    }
}
