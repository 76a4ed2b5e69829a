import FoundationEssentials

/// Names one uploaded file; part of a capability URL, therefore random (UUID version 4) and never counted up.
package struct BlobID: Hashable, Sendable, CustomStringConvertible {
    package let uuid: UUID

    /// A new random id.
    package init() { uuid = UUID() }

    package init(_ uuid: UUID) { self.uuid = uuid }

    /// Only the form this type writes: 36 characters, lower case, with dashes.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 36, text.utf8.allSatisfy({ Hex.value(of: $0) != nil || $0 == UInt8(ascii: "-") }),
            let uuid = UUID(uuidString: String(text))
        else { return nil }
        self.uuid = uuid
    }

    /// 36 characters, lower case, with dashes.
    package var description: String {
        let digits = Hex.lowercase(bytes)
        var text = [UInt8]()
        text.reserveCapacity(36)
        for (index, digit) in digits.utf8.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append(UInt8(ascii: "-")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The folder its files live in: the last byte, since that one is random in every UUID version.
    package var shard: Shard { Shard(uuid.uuid.15) }

    private var bytes: [UInt8] {
        let u = uuid.uuid
        return [u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15]
    }
}

extension BlobID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = BlobID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a lower-case UUID")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
