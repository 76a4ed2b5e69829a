import FoundationEssentials

/// Faster than Foundation, which opens `/dev/urandom` for each id, and parses and formats with `sscanf` and `snprintf`.
/// For one message, that takes longer than SQLite does.
extension UUID {
    /// A random UUID of version 4.
    @usableFromInline static func fresh() -> UUID {
        var random = SystemRandomNumberGenerator()
        let (high, low) = (random.next(), random.next())
        let bits = (high & ~0xF000 | 0x4000, low & ~(0b11 << 62) | 0b10 << 62)
        return withUnsafeBytes(of: (bits.0.bigEndian, bits.1.bigEndian)) { UUID(uuid: $0.load(as: uuid_t.self)) }
    }

    /// Parses 32 hex digits in groups of 8, 4, 4, 4 and 12 (RFC 9562 section 4).
    @inlinable init?(lowerCase text: some Collection<UInt8>) {
        guard text.count == Self.textLength else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (place, character) in text.enumerated() {
            if place == 8 || place == 13 || place == 18 || place == 23 {
                guard character == 0x2D else { return nil }
                continue
            }
            guard let digit = Hex.value(of: character) else { return nil }
            if place < 18 { words.0 = words.0 << 4 | UInt64(digit) } else { words.1 = words.1 << 4 | UInt64(digit) }
        }
        let bytes = (words.0.bigEndian, words.1.bigEndian)
        self = withUnsafeBytes(of: bytes) { UUID(uuid: $0.load(as: uuid_t.self)) }
    }

    /// 32 hex digits in groups of 8, 4, 4, 4 and 12.
    @usableFromInline var lowerCase: String {
        String(unsafeUninitializedCapacity: Self.textLength) { text in
            writeLowerCase(to: text)
            return Self.textLength
        }
    }

    /// Length of the text in characters.
    @inlinable package static var textLength: Int { 36 }

    /// Writes the text to the first `textLength` bytes.
    package func writeLowerCase(to text: UnsafeMutableBufferPointer<UInt8>) {
        withUnsafeBytes(of: uuid) { bytes in
            var place = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    text[place] = 0x2D
                    place += 1
                }
                text[place] = Hex.digit(bytes[index] >> 4)
                text[place + 1] = Hex.digit(bytes[index] & 0x0F)
                place += 2
            }
        }
    }
}
