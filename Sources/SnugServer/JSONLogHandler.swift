import Chat
import Foundation
import Logging
import Server
import Vocabulary

/// Writes each log line as one JSON object to standard error.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    private let label: String

    init(label: String) {
        self.label = label
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line: [String: String] = [:]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            line[key] = "\(value)"
        }
        var time: [UInt8] = []
        Timestamp.now.appendRFC3339(to: &time)
        line["time"] = String(decoding: time, as: UTF8.self)
        line["level"] = event.level.rawValue
        line["logger"] = label
        line["message"] = "\(event.message)"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var bytes = try? encoder.encode(line) else { return }
        bytes.append(0x0A)
        // One write for the whole line, so that lines of different threads do not mix. If it fails, because the disk is
        // full or the reader is gone, the line is lost.
        try? FileHandle.standardError.write(contentsOf: bytes)
    }
}
