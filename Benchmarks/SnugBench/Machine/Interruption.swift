import Dispatch
import Glibc

/// Lets Ctrl-C stop the run gracefully, so that no server and no control group is left behind.
final class Interruption {
    private let sources: [any DispatchSourceSignal]

    init(_ act: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler(handler: act)
            source.resume()
            return source
        }
    }

    func end() {
        for source in sources { source.cancel() }
    }
}
