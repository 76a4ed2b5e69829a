import Logging
import Pictures
import Subprocess

/// Hands what a worker writes to its standard error to the log, within bounds: its words may come from a stranger's
/// picture.
struct WorkerLog {
    /// Bytes of a line.
    private static let lineLength = 500
    /// Lines of one worker's life.
    private static let lineLimit = 200

    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// Reads to the end even when nothing more is logged, so that the worker never waits for a full pipe.
    func read(_ output: SubprocessOutputSequence) async {
        var splitter = LineSplitter(lengthLimit: Self.lineLength)
        var count = 0
        do {
            for try await buffer in output {
                for line in splitter.feed(unsafe buffer.withUnsafeBytes { unsafe Array($0) }) {
                    count += 1
                    if count <= Self.lineLimit { log(line) }
                }
            }
        } catch {
            return
        }
    }

    private func log(_ line: [UInt8]) {
        let text = String(decoding: line, as: UTF8.self)
        let shown = String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F })
        )
        logger.info("media worker says", metadata: ["worker.line": "\(shown)"])
    }
}
