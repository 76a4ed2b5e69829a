import Foundation
import Synchronization

/// Prints what is going on, with the seconds since the start.
final class Progress: Sendable {
    private let started = ContinuousClock.now
    private let kept = Mutex<[String]>([])

    func report(_ text: String) {
        let seconds = String((ContinuousClock.now - started).components.seconds)
        let padding = String(repeating: " ", count: max(0, 4 - seconds.count))
        FileHandle.standardError.write(Data("\(padding)\(seconds) s  \(text)\n".utf8))
    }

    /// Prints a line that the report contains too.
    func remark(_ text: String) {
        report(text)
        kept.withLock { $0.append(text) }
    }

    var remarks: [String] { kept.withLock { $0 } }
}
