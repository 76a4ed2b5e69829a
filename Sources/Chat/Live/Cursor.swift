/// Where a client stands in the event log: `<epoch>.<position>`.
///
/// The epoch is made with the database, so that a cursor of another one is recognised.
package struct Cursor: Sendable, Equatable, CustomStringConvertible {
    package let epoch: String
    package let position: Int64

    package init(epoch: String, position: Int64) {
        self.epoch = epoch
        self.position = position
    }

    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let position = Int64(parts[1]), position >= 0 else { return nil }
        self.init(epoch: String(parts[0]), position: position)
    }

    package var description: String {
        "\(epoch).\(position)"
    }
}
