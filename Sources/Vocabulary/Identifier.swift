import FoundationEssentials

/// An id whose type includes the kind of its entity, so that the id of a room cannot be passed for that of a message.
///
/// A lower-case UUID in JSON, and its 16 bytes in the database. Inlinable, so that other modules can specialise it.
package struct Identifier<Entity>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let uuid: UUID

    @inlinable package init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// Parses the canonical lower-case form of 36 characters; nil for anything else.
    @inlinable package init?(_ text: some StringProtocol) {
        guard let uuid = UUID(lowerCase: text.utf8) else { return nil }
        self.uuid = uuid
    }

    /// A random id (version 4, RFC 9562 section 5.4), for ids that must not be guessed.
    @inlinable package static func random() -> Identifier {
        Identifier(UUID.fresh())
    }

    /// An id that starts with its time (version 7, RFC 9562 section 5.7), so that new rows are adjacent in the
    /// database.
    @inlinable package static func make(at time: Timestamp) -> Identifier {
        var bytes = UUID.fresh().uuid
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

    /// Precedes every other id.
    package static var lowest: Identifier {
        Identifier(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
    }

    @inlinable package static func == (left: Identifier, right: Identifier) -> Bool {
        left.uuid == right.uuid
    }

    @inlinable package func hash(into hasher: inout Hasher) {
        hasher.combine(uuid)
    }

    /// Compares bytes: ids of version 7 are ordered by their time.
    @inlinable package static func < (left: Identifier, right: Identifier) -> Bool {
        left.uuid < right.uuid
    }

    /// 36 characters, lower case, with dashes.
    @inlinable package var description: String {
        uuid.lowerCase
    }
}

extension Identifier: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = Identifier(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a lower-case UUID")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
