import FoundationEssentials
import Vocabulary

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

/// A message of the worker: one line of JSON on its standard output.
package enum WorkerMessage: Codable, Equatable, Sendable {
    /// The first message: the worker is sandboxed and accepts jobs.
    case ready(version: Int)
    /// The files of these sizes are complete; the others are empty.
    case rendered(id: BlobID, picture: RenderedPicture)
    /// The picture is at fault; another attempt would fail in the same way.
    case failed(id: BlobID, code: MediaFailureCode)
    /// The disk is at fault; another attempt may succeed.
    case storageFailed(id: BlobID)
    /// The last message: nothing more is read, and a job that was sent meanwhile has not begun.
    case leaving(reason: LeavingReason)

    package enum LeavingReason: String, Codable, Sendable {
        case idle
        case jobLimit
        case memoryLimit
        case endOfInput
    }
}

/// A job for the worker: one line of JSON on the socket that is its standard input.
///
/// The descriptors of its files come with the first byte: the original, to be read, then an empty file for each
/// ``VariantRole``, to be written.
package struct RenderJob: Codable, Equatable, Sendable {
    /// Version of the protocol; a worker of another version is not used.
    package static let version = 4

    package let id: BlobID
    /// Read from the header when the file was received; a picture whose decoder reads another size is rejected.
    package let facts: ImageFacts
    package let limits: ImageLimits

    package init(id: BlobID, facts: ImageFacts, limits: ImageLimits = ImageLimits()) {
        self.id = id
        self.facts = facts
        self.limits = limits
    }
}
