extension PictureBytes {
    /// A chunk with its length, padded.
    package static func riffChunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        Array(type.utf8) + little(payload.count, 4) + payload + [UInt8](repeating: 0, count: payload.count % 2)
    }

    /// A file of these chunks.
    package static func webp(_ chunks: [UInt8]...) -> [UInt8] {
        riffChunk("RIFF", Array("WEBP".utf8) + chunks.flatMap { $0 })
    }

    /// - Parameter flags: 2 for animation, 4 XMP, 8 EXIF, 16 alpha, 32 ICC.
    package static func extended(width: Int, height: Int, flags: UInt8) -> [UInt8] {
        riffChunk("VP8X", [flags, 0, 0, 0] + little(width - 1, 3) + little(height - 1, 3))
    }

    /// The start of a lossy picture.
    package static func lossy(width: Int, height: Int) -> [UInt8] {
        riffChunk("VP8 ", [0, 0, 0, 0x9D, 0x01, 0x2A] + little(width, 2) + little(height, 2) + [0, 0])
    }

    /// The start of a lossless picture.
    package static func lossless(width: Int, height: Int, hasAlpha: Bool = false) -> [UInt8] {
        riffChunk("VP8L", [0x2F] + little(width - 1 | (height - 1) << 14 | (hasAlpha ? 1 << 28 : 0), 4) + [0])
    }

    /// A frame of an animation.
    package static func animationFrame(
        left: Int = 0,
        top: Int = 0,
        width: Int,
        height: Int,
        milliseconds: Int,
        _ pixels: [UInt8]
    ) -> [UInt8] {
        let numbers = [left / 2, top / 2, width - 1, height - 1, milliseconds].flatMap { little($0, 3) }
        return riffChunk("ANMF", numbers + [0] + pixels)
    }
}
