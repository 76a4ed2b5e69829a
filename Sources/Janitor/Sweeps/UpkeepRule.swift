import Foundation
import SnugSettings
import Vocabulary

/// When the database is tidied: in a window of the day, or while nobody is writing.
struct UpkeepRule: Sendable {
    /// Time without a message after which nobody is writing, in milliseconds.
    private static let quietMilliseconds: Int64 = 15 * 60 * 1000

    /// Nil for never.
    let window: DailyWindow?
    var calendar = Calendar.current

    /// - Parameter newestMessage: Nil if there is no message yet.
    func isDue(at now: Timestamp, newestMessage: Timestamp?) -> Bool {
        guard let window else { return false }
        guard let newestMessage, now.milliseconds - newestMessage.milliseconds < Self.quietMilliseconds else {
            return true
        }
        let date = Date(timeIntervalSince1970: Double(now.milliseconds) / 1000)
        let parts = calendar.dateComponents([.hour, .minute], from: date)
        return window.contains(minute: (parts.hour ?? 0) * 60 + (parts.minute ?? 0))
    }
}
