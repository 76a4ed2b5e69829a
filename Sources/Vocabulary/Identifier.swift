import FoundationEssentials

/// The id of one kind of thing, so that a room's id cannot be passed where a message's is meant.
///
/// On the wire a lower-case UUID string; in the database its 16 bytes. Inlinable, since other modules would otherwise
/// call what is not specialised for any of them.
package struct Identifier<Entity>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let uuid: UUID

    @inlinable package init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// Reads the canonical lower-case form of 36 characters; anything else is nil.
    @inlinable package init?(_ text: some StringProtocol) {
        guard let uuid = UUID(lowerCase: text.utf8) else { return nil }
        self.uuid = uuid
    }

    /// A random id (version 4, RFC 9562 section 5.4), for ids that must not be guessed.
    @inlinable package static func random() -> Identifier {
        Identifier(UUID.fresh())
    }

    /// An id that begins with its time (version 7, RFC 9562 section 5.7), so that new rows lie beside each other.
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

    @inlinable package static func == (left: Identifier, right: Identifier) -> Bool {
        left.uuid == right.uuid
    }

    @inlinable package func hash(into hasher: inout Hasher) {
        hasher.combine(uuid)
    }

    /// By their bytes: those of version 7 in the order in which they were made.
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
