import FoundationEssentials
import Vocabulary

/// What the worker says: one line of JSON each on its standard output.
package enum WorkerMessage: Codable, Equatable, Sendable {
    /// The first line: the worker has confined itself and takes jobs.
    case ready(version: Int)
    /// The files of these sizes are complete; the others are empty.
    case rendered(id: BlobID, picture: RenderedPicture)
    /// The picture is at fault, and would be again.
    case failed(id: BlobID, code: RenderFailure.Code)
    /// The disk is at fault; the same job may succeed later.
    case storageTrouble(id: BlobID)
    /// The last line: nothing more is read, a job that was sent meanwhile has not been begun.
    case leaving(reason: LeavingReason)

    package enum LeavingReason: String, Codable, Sendable {
        case idle
        case jobLimit
        case memoryLimit
        case endOfInput
    }
}

/// One JSON value a line, in both directions.
package enum WorkerLine {
    /// Bytes of a line; a longer one is cut, and then means nothing.
    package static let lengthLimit = 16_384

    /// `value` as one line with its end.
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        Array(try JSONEncoder().encode(value)) + [UInt8(ascii: "\n")]
    }

    /// Nil when the line does not hold such a value.
    package static func decode<Value: Decodable>(_ line: some Collection<UInt8>, as type: Value.Type) -> Value? {
        try? JSONDecoder().decode(type, from: Data(line))
    }
}
