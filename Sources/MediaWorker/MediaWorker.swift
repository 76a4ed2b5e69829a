import Media

/// The only program that decodes what strangers sent. Started by the server, which kills it at any time.
@main
struct MediaWorker {
    static func main() {
        guard CommandLine.arguments.count == 1 else { quit("snug-media-worker takes no arguments", status: 64) }
        do {
            try Confinement.limitResources()
            try VipsRuntime.start(hasHEIFModule: SessionLimits.needsHEIFModule)
            try VipsRuntime.warmUp()
            var session = Session(limits: .fromEnvironment(), channel: LineChannel())
            let hasLandlock = try Confinement.giveUpFiles()
            if !hasLandlock { complain("this kernel has no Landlock: files are kept away by seccomp alone") }
            try Confinement.giveUpSystemCalls()
            try session.run()
        } catch {
            quit("\(error)", status: 1)
        }
    }
}
