import Pictures

extension PictureBytes {
    /// A chunk with its length and checksum.
    package static func chunk(_ type: String, _ payload: [UInt8] = []) -> [UInt8] {
        let content = Array(type.utf8) + payload
        return big(payload.count, 4) + content + big(Int(CRC32.checksum(of: content)), 4)
    }

    /// The chunk that comes first.
    package static func header(
        width: Int,
        height: Int,
        bitDepth: UInt8 = 8,
        colourType: UInt8 = 2,
        interlace: UInt8 = 0
    ) -> [UInt8] {
        chunk("IHDR", big(width, 4) + big(height, 4) + [bitDepth, colourType, 0, 0, interlace])
    }

    /// The signature, these chunks and the end.
    package static func png(_ chunks: [UInt8]...) -> [UInt8] {
        [0x89] + Array("PNG\r\n\u{1A}\n".utf8) + chunks.flatMap { $0 } + chunk("IEND")
    }
}
