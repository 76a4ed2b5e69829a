import Dispatch
import Foundation
import Glibc

/// Shows Snug at work: two people, a private room, and a photograph that arrives on a live socket.
///
/// usage: snug-demo [PHOTO.jpg]     (SNUG_URL: where Snug runs, default http://127.0.0.1:8080)
@main
enum Demo {
    static func main() async {
        let demo = Task { try await run() }
        let interruption = onInterrupt { demo.cancel() }
        defer { interruption.cancel() }
        do {
            try await demo.value
        } catch {
            let text = demo.isCancelled ? "stopped" : "\(error)"
            FileHandle.standardError.write(Data("demo: \(text)\n".utf8))
            exit(1)
        }
    }

    private static func run() async throws {
        let server = try ServerAddress(ProcessInfo.processInfo.environment["SNUG_URL"] ?? "http://127.0.0.1:8080")
        print("Snug at \(server.url)")
        let path = CommandLine.arguments.dropFirst().first
        let photograph = if let path { try Photograph(path: path) } else { try await Photograph.generate() }
        do {
            try await Conversation(server: server, photograph: photograph).run()
        } catch {
            throw Failure(error, server: server)
        }
    }

    /// Lets Ctrl-C end the demo so that it removes its temporary folder.
    private static func onInterrupt(_ act: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT)
        source.setEventHandler(handler: act)
        source.resume()
        return source
    }
}
