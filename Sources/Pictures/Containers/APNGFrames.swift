/// Splits an animated PNG into static PNGs (PNG specification, third edition, sections 4.9 and 11.3.6).
package struct APNGFrames: Sendable {
    /// How the region of a frame is treated before the next frame is drawn.
    package enum Disposal: UInt8, Sendable {
        case keep
        /// It becomes transparent.
        case clear
        /// It is restored to its previous content.
        case restore
    }

    package struct Frame: Sendable {
        /// Its position within the picture.
        package let left: Int
        package let top: Int
        package let width: Int
        package let height: Int
        package let milliseconds: Int
        package let disposal: Disposal
        /// It is blended with the previous content instead of replacing it.
        package let isBlended: Bool
        /// A PNG of its own.
        package let file: [UInt8]

        package init(
            left: Int,
            top: Int,
            width: Int,
            height: Int,
            milliseconds: Int,
            disposal: Disposal,
            isBlended: Bool,
            file: [UInt8]
        ) {
            (self.left, self.top, self.width, self.height) = (left, top, width, height)
            self.milliseconds = milliseconds
            self.disposal = disposal
            self.isBlended = isBlended
            self.file = file
        }
    }

    /// Pixels of the picture.
    package let width: Int
    package let height: Int
    /// In display order; at least one.
    package let frames: [Frame]
    /// How often the animation is played; 0 means endlessly.
    package let playCount: Int

    /// - Parameter bytes: the unfiltered file of an animated picture.
    /// - Returns: nil when frames are missing or exceed the picture.
    package init?(_ bytes: [UInt8]) {
        guard FileKind(signature: bytes) == .png else { return nil }
        var source = BufferedFileReader(bytes)
        var reader = FrameReader(bytes)
        var chunks = PNGChunks()
        while let chunk = chunks.next(&source), chunk.end <= bytes.count {
            guard reader.take(chunk, &source) else { return nil }
            if chunk.type == "IEND" { break }
        }
        guard reader.isComplete, let size = reader.size else { return nil }
        (width, height) = size
        frames = reader.frames
        playCount = reader.playCount
    }
}

/// Collects the chunks of each frame.
private struct FrameReader {
    let bytes: [UInt8]
    private(set) var size: (width: Int, height: Int)?
    private(set) var frames: [APNGFrames.Frame] = []
    private(set) var playCount = 0
    /// The payload of the header after width and height, which all frames share.
    private var format: ArraySlice<UInt8> = []
    /// The chunks with palette and transparency, which all frames share: the first of each, as in decoders.
    private var shared: [FourCC: ArraySlice<UInt8>] = [:]
    /// Their largest payloads in bytes: 256 colours, and the alpha of each (sections 11.2.2 and 11.3.1.1).
    private static let sharedLimits: [FourCC: Int] = ["PLTE": 768, "tRNS": 256]
    private var frameCount: Int?
    private var control: Control?
    private var pixels: [UInt8] = []

    private struct Control {
        let left: Int
        let top: Int
        let width: Int
        let height: Int
        let milliseconds: Int
        let disposal: APNGFrames.Disposal
        let isBlended: Bool
    }

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isComplete: Bool { frameCount == frames.count && !frames.isEmpty }

    /// Returns false for an invalid chunk.
    mutating func take(_ chunk: PNGChunks.Chunk, _ source: inout BufferedFileReader) -> Bool {
        let start = chunk.payload.lowerBound
        switch chunk.type {
        case "IHDR":
            guard size == nil, chunk.payload.count == 13, let width = source.bigEndian(at: start, length: 4),
                let height = source.bigEndian(at: start + 4, length: 4)
            else { return false }
            size = (width, height)
            format = bytes[start + 8..<chunk.payload.upperBound]
        case "PLTE", "tRNS": share(chunk)
        case "acTL":
            guard chunk.payload.count == 8 else { return false }
            frameCount = source.bigEndian(at: start, length: 4)
            playCount = source.bigEndian(at: start + 4, length: 4) ?? 0
        case "fcTL":
            finishFrame()
            control = control(chunk, &source)
            return control != nil
        // A picture before the first frame is for programs without support for animations.
        case "IDAT": if control != nil { pixels += PNGChunks.chunk("IDAT", bytes[chunk.payload]) }
        case "fdAT":
            guard control != nil, chunk.payload.count > 4 else { return false }
            pixels += PNGChunks.chunk("IDAT", bytes[chunk.payload].dropFirst(4))
        case "IEND": finishFrame()
        default: break
        }
        return true
    }

    /// Larger chunks are damaged, and decoders ignore them.
    private mutating func share(_ chunk: PNGChunks.Chunk) {
        guard shared[chunk.type] == nil, chunk.payload.count <= Self.sharedLimits[chunk.type] ?? 0 else { return }
        shared[chunk.type] = bytes[chunk.start..<chunk.end]
    }

    private func control(_ chunk: PNGChunks.Chunk, _ source: inout BufferedFileReader) -> Control? {
        let numbers = (0..<5).compactMap { source.bigEndian(at: chunk.payload.lowerBound + $0 * 4, length: 4) }
        let start = chunk.payload.lowerBound + 24
        guard numbers.count == 5, let size,
            let milliseconds = PNGChunks.milliseconds(ofControl: chunk.payload, &source),
            let disposal = source.byte(at: start).flatMap(APNGFrames.Disposal.init(rawValue:)),
            let blend = source.byte(at: start + 1), blend < 2
        else { return nil }
        let (width, height, left, top) = (numbers[1], numbers[2], numbers[3], numbers[4])
        guard width > 0, height > 0, left + width <= size.width, top + height <= size.height else { return nil }
        return Control(
            left: left,
            top: top,
            width: width,
            height: height,
            milliseconds: milliseconds,
            disposal: disposal,
            isBlended: blend == 1
        )
    }

    private mutating func finishFrame() {
        guard let control, !pixels.isEmpty else { return }
        let sides = [control.width, control.height].flatMap { PNGChunks.bytes(UInt32(truncatingIfNeeded: $0)) }
        let header = PNGChunks.chunk("IHDR", sides + format) + (shared["PLTE"] ?? []) + (shared["tRNS"] ?? [])
        frames.append(
            APNGFrames.Frame(
                left: control.left,
                top: control.top,
                width: control.width,
                height: control.height,
                milliseconds: control.milliseconds,
                disposal: control.disposal,
                isBlended: control.isBlended,
                file: bytes[..<PNGChunks.signatureLength] + header + pixels + PNGChunks.chunk("IEND", [])
            )
        )
        self.control = nil
        pixels = []
    }
}
