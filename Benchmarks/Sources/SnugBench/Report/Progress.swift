import Foundation
import Synchronization

/// Tells the person who waits what is going on, with the seconds since the start.
final class Progress: Sendable {
    private let started = ContinuousClock.now
    private let kept = Mutex<[String]>([])

    func say(_ text: String) {
        let seconds = String((ContinuousClock.now - started).components.seconds)
        let padding = String(repeating: " ", count: max(0, 4 - seconds.count))
        FileHandle.standardError.write(Data("\(padding)\(seconds) s  \(text)\n".utf8))
    }

    /// Says something that the report has to mention too.
    func remark(_ text: String) {
        say(text)
        kept.withLock { $0.append(text) }
    }

    var remarks: [String] { kept.withLock { $0 } }
}
