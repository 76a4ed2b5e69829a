import FoundationEssentials

/// Encodes one JSON value per line, in both directions.
package enum WorkerLine {
    /// Longest line in bytes; longer lines are cut, and cannot be decoded.
    package static let lengthLimit = 16_384

    /// `value` as a line, including its end.
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        Array(try JSONEncoder().encode(value)) + [UInt8(ascii: "\n")]
    }

    /// Nil when the line does not contain such a value.
    package static func decode<Value: Decodable>(_ line: some Collection<UInt8>, as type: Value.Type) -> Value? {
        try? JSONDecoder().decode(type, from: Data(line))
    }
}

/// Splits a stream of bytes into lines, and buffers at most one line.
package struct LineSplitter {
    private let lengthLimit: Int
    private var line: [UInt8] = []

    /// - Parameter lengthLimit: bytes of a line that are kept; the rest of a longer line is dropped.
    package init(lengthLimit: Int) { self.lengthLimit = lengthLimit }

    /// The lines that `bytes` complete, without their ends and without empty lines.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if !line.isEmpty { lines.append(line) }
                line.removeAll(keepingCapacity: true)
            } else if line.count < lengthLimit {
                line.append(byte)
            }
        }
        return lines
    }
}
