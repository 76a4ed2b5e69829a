import Logging
import Synchronization

/// The log level of all loggers, which may change while they are in use.
final class AdjustableLogLevel: Sendable {
    private let level: Mutex<Logger.Level>

    init(_ level: Logger.Level) {
        self.level = Mutex(level)
    }

    var current: Logger.Level {
        get { level.withLock { $0 } }
        set { level.withLock { $0 = newValue } }
    }
}

/// A log handler that shares its level with all others.
struct AdjustableLogHandler<Handler: LogHandler>: LogHandler {
    private var handler: Handler
    private let level: AdjustableLogLevel

    init(_ handler: Handler, level: AdjustableLogLevel) {
        self.handler = handler
        self.level = level
    }

    var logLevel: Logger.Level {
        get { level.current }
        set { level.current = newValue }
    }

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        handler.log(event: event)
    }
}
