import Logging
import Pictures
import Subprocess

/// Copies the standard error of a worker to the log, within bounds: the text may come from an untrusted picture.
struct WorkerLog {
    /// Longest line, in bytes.
    private static let lineLength = 500
    /// Most lines of one worker.
    private static let lineLimit = 200

    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// Reads to the end even after the limit of lines, so that the worker never blocks on a full pipe.
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
        let printable = String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F })
        )
        logger.info("media worker output", metadata: ["worker.line": "\(printable)"])
    }
}
