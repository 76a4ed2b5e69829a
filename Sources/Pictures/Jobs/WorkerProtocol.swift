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

/// The result of rendering a picture.
package struct RenderedPicture: Codable, Equatable, Sendable {
    /// Every size, from small to large.
    package let variants: [RenderedVariant]
    /// A ThumbHash, 5–25 bytes.
    package let placeholder: Data
    /// The animation, in the file of ``VariantRole/animated``; nil for static pictures, and beyond the budget.
    package let animation: RenderedAnimation?
    /// Part of the picture is missing or wrong, because its file is damaged or truncated.
    package let isDamaged: Bool

    private static let placeholderByteCounts = 5...25

    package init(
        variants: [RenderedVariant],
        placeholder: Data,
        animation: RenderedAnimation? = nil,
        isDamaged: Bool = false
    ) {
        self.variants = variants
        self.placeholder = placeholder
        self.animation = animation
        self.isDamaged = isDamaged
    }

    /// Every size exists once, and is served by its own file or by that of a smaller size.
    package var isConsistent: Bool {
        guard variants.map(\.size) == VariantSize.allCases.sorted(),
            Self.placeholderByteCounts.contains(placeholder.count)
        else { return false }
        return variants.allSatisfy { variant in
            variant.fileSize <= variant.size
                && variants.contains { $0.size == variant.fileSize && $0.serving(variant.size) == variant }
        }
    }
}

/// The animation of an animated picture, as WebP.
package struct RenderedAnimation: Codable, Equatable, Sendable {
    /// Pixels of a frame.
    package let width: Int
    /// Pixels of a frame.
    package let height: Int
    package let byteCount: Int

    package init(width: Int, height: Int, byteCount: Int) {
        self.width = width
        self.height = height
        self.byteCount = byteCount
    }
}

/// One of the sizes that a client can request.
package struct RenderedVariant: Codable, Equatable, Sendable {
    package let size: VariantSize
    /// The size whose file serves this one: a smaller size when both would be equal.
    package let fileSize: VariantSize
    package let format: VariantFormat
    /// Pixels, upright.
    package let width: Int
    /// Pixels, upright.
    package let height: Int
    package let byteCount: Int

    package init(
        size: VariantSize,
        fileSize: VariantSize,
        format: VariantFormat,
        width: Int,
        height: Int,
        byteCount: Int
    ) {
        self.size = size
        self.fileSize = fileSize
        self.format = format
        self.width = width
        self.height = height
        self.byteCount = byteCount
    }

    /// The same file, serving another size.
    package func serving(_ size: VariantSize) -> RenderedVariant {
        RenderedVariant(
            size: size,
            fileSize: fileSize,
            format: format,
            width: width,
            height: height,
            byteCount: byteCount
        )
    }

    /// The file that serves this size of `blob`.
    package func file(of blob: BlobID) -> VariantFile { VariantFile(blob: blob, size: fileSize, format: format) }
}

/// When a worker ends by itself. Set by the server and passed in the environment.
package struct SessionLimits: Equatable, Sendable {
    /// Time without a job, in milliseconds. Default 10 s: libvips 8.14 can lose a task when its threads end after being
    /// idle for 15 s.
    package var idleMilliseconds: Int32 = 10_000
    /// Total number of jobs, which bounds leaks. Default 200.
    package var jobCount = 200
    /// Resident memory after a job, in bytes. Default 120 MiB. A worker that holds more gets no job.
    package var residentByteCount = 120 << 20

    package init() {}

    /// Reads the variables of ``environment``; missing ones have their default values.
    package init(from environment: [String: String]) {
        func number(_ variable: WorkerVariable) -> Int? { environment[variable.rawValue].flatMap { Int($0) } }
        if let number = number(.idleMilliseconds) { idleMilliseconds = Int32(clamping: number) }
        jobCount = number(.jobCount) ?? jobCount
        residentByteCount = number(.residentByteCount) ?? residentByteCount
    }

    /// The limits as environment variables.
    package var environment: [String: String] {
        [
            WorkerVariable.idleMilliseconds.rawValue: String(idleMilliseconds),
            WorkerVariable.jobCount.rawValue: String(jobCount),
            WorkerVariable.residentByteCount.rawValue: String(residentByteCount),
        ]
    }
}

/// The environment variables that the server sets for a worker.
package enum WorkerVariable: String, CaseIterable {
    case idleMilliseconds = "SNUG_WORKER_IDLE_MS"
    case jobCount = "SNUG_WORKER_JOBS"
    case residentByteCount = "SNUG_WORKER_RSS_BYTES"
    /// Whether it decodes HEIC and AVIF too: `on` or absent.
    case heifModule = "SNUG_WORKER_HEIF"
}
