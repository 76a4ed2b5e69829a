import Media

/// The only program that decodes what strangers sent. Started by the server, which kills it at any time.
@main
struct MediaWorker {
    /// Takes one argument: the media folder.
    static func main() {
        guard CommandLine.arguments.count == 2 else { quit("usage: snug-media-worker MEDIA-FOLDER", status: 64) }
        do {
            try Confinement.apply()
            try VipsRuntime.start()
            let store = try BlobStore(existing: CommandLine.arguments[1])
            var session = Session(renderer: Renderer(store: store), limits: .fromEnvironment(), channel: LineChannel())
            try session.run()
        } catch {
            quit("\(error)", status: 1)
        }
    }
}
