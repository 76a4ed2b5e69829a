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
        guard let uuid = UUID(lowerCase: text.utf8) else { return nil }
        self.uuid = uuid
    }

    /// A random id (version 4, RFC 9562 section 5.4), for ids that must not be guessed.
    package static func random() -> Identifier {
        Identifier(UUID.fresh())
    }

    /// An id that begins with its time (version 7, RFC 9562 section 5.7), so that new rows lie beside each other.
    package static func make(at time: Timestamp) -> Identifier {
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

    /// By their bytes: those of version 7 in the order in which they were made.
    package static func < (left: Identifier, right: Identifier) -> Bool {
        left.uuid < right.uuid
    }

    package var description: String {
        uuid.lowerCase
    }
}

/// Foundation's own ways open `/dev/urandom` for each new id, and read and write text with `sscanf` and `snprintf`,
/// which together cost a message more than SQLite does.
extension UUID {
    /// A random id of version 4 from the system's source.
    fileprivate static func fresh() -> UUID {
        var random = SystemRandomNumberGenerator()
        let (high, low) = (random.next(), random.next())
        let bits = (high & ~0xF000 | 0x4000, low & ~(0b11 << 62) | 0b10 << 62)
        return withUnsafeBytes(of: (bits.0.bigEndian, bits.1.bigEndian)) { UUID(uuid: $0.load(as: uuid_t.self)) }
    }

    /// Reads 32 hex digits in groups of 8, 4, 4, 4 and 12 (RFC 9562 section 4).
    fileprivate init?(lowerCase text: some Collection<UInt8>) {
        guard text.count == Self.textLength else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (place, character) in text.enumerated() {
            if place == 8 || place == 13 || place == 18 || place == 23 {
                guard character == 0x2D else { return nil }
                continue
            }
            guard let digit = Self.value(ofHexDigit: character) else { return nil }
            if place < 18 { words.0 = words.0 << 4 | digit } else { words.1 = words.1 << 4 | digit }
        }
        let bytes = (words.0.bigEndian, words.1.bigEndian)
        self = withUnsafeBytes(of: bytes) { UUID(uuid: $0.load(as: uuid_t.self)) }
    }

    /// 32 hex digits in groups of 8, 4, 4, 4 and 12.
    fileprivate var lowerCase: String {
        String(unsafeUninitializedCapacity: Self.textLength) { text in
            writeLowerCase(to: text)
            return Self.textLength
        }
    }

    /// Characters of an id's text.
    package static let textLength = 36

    /// Writes the text to the first `textLength` bytes.
    package func writeLowerCase(to text: UnsafeMutableBufferPointer<UInt8>) {
        withUnsafeBytes(of: uuid) { bytes in
            var place = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    text[place] = 0x2D
                    place += 1
                }
                text[place] = Self.hexDigit(bytes[index] >> 4)
                text[place + 1] = Self.hexDigit(bytes[index] & 0x0F)
                place += 2
            }
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }

    private static func value(ofHexDigit character: UInt8) -> UInt64? {
        switch character {
        case 0x30...0x39: UInt64(character - 0x30)
        case 0x61...0x66: UInt64(character - 0x57)
        default: nil
        }
    }
}
