import Foundation

/// The id of one kind of thing, so that a room's id cannot be passed where a message's is meant.
///
/// On the wire a lower-case UUID string; in the database its 16 bytes.
package struct Identifier<Entity>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let uuid: UUID

    package init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// Reads the canonical lower-case form of 36 characters; anything else is nil.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 36, text.utf8.allSatisfy({ !(0x41...0x5A).contains($0) }),
            let uuid = UUID(uuidString: String(text))
        else { return nil }
        self.uuid = uuid
    }

    /// A random id (version 4, RFC 9562 section 5.4), for ids that must not be guessed.
    package static func random() -> Identifier {
        Identifier(UUID())
    }

    /// An id that begins with its time (version 7, RFC 9562 section 5.7), so that new rows lie beside each other.
    package static func make(at time: Timestamp) -> Identifier {
        var bytes = UUID().uuid
        let milliseconds = UInt64(bitPattern: time.milliseconds)
        bytes.0 = UInt8(truncatingIfNeeded: milliseconds >> 40)
        bytes.1 = UInt8(truncatingIfNeeded: milliseconds >> 32)
        bytes.2 = UInt8(truncatingIfNeeded: milliseconds >> 24)
        bytes.3 = UInt8(truncatingIfNeeded: milliseconds >> 16)
        bytes.4 = UInt8(truncatingIfNeeded: milliseconds >> 8)
        bytes.5 = UInt8(truncatingIfNeeded: milliseconds)
        bytes.6 = 0x70 | (bytes.6 & 0x0F)
        return Identifier(UUID(uuid: bytes))
    }

    /// By their bytes: those of version 7 in the order in which they were made.
    package static func < (left: Identifier, right: Identifier) -> Bool {
        left.uuid < right.uuid
    }

    package var description: String {
        uuid.uuidString.lowercased()
    }
}
