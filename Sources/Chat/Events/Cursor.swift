/// A client's position in the event log: `<epoch>.<position>`.
///
/// The epoch is created with the database, so that a cursor of another database is recognised. The cursor of a poll
/// also has a digest of the signals without a position, such as receipts, that were sent with it:
/// `<epoch>.<position>.<digest>`.
package struct Cursor: Sendable, Equatable, CustomStringConvertible {
    package let epoch: String
    package let position: Int64
    /// Digest of the signals that were sent with the cursor; nil if there were none.
    package let signals: UInt64?

    package init(epoch: String, position: Int64, signals: UInt64? = nil) {
        self.epoch = epoch
        self.position = position
        self.signals = signals
    }

    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), !parts[0].isEmpty, let position = Int64(parts[1]), position >= 0 else {
            return nil
        }
        guard parts.count == 3 else {
            self.init(epoch: String(parts[0]), position: position)
            return
        }
        guard let signals = UInt64(parts[2], radix: 16) else { return nil }
        self.init(epoch: String(parts[0]), position: position, signals: signals)
    }

    package var description: String {
        "\(epoch).\(position)" + (signals.map { ".\(String($0, radix: 16))" } ?? "")
    }
}
