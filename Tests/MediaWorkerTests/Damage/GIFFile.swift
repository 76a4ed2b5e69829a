/// Writes GIFs whose pixels are codes of eight bits each, of a table that never grows (GIF89a, appendix F).
enum GIFFile {
    /// 128 greys.
    static func greys(_ picture: GreyPicture) -> [UInt8] {
        var bytes = Array("GIF89a".utf8) + little(picture.width) + little(picture.height) + [0xF6, 0, 0]
        for grey in 0..<128 { bytes += [UInt8](repeating: UInt8(grey * 2), count: 3) }
        bytes += [0x2C, 0, 0, 0, 0] + little(picture.width) + little(picture.height) + [0, 7]
        let codes = codes(of: picture.light)
        for start in stride(from: 0, to: codes.count, by: 255) {
            let block = codes[start..<min(start + 255, codes.count)]
            bytes += [UInt8(block.count)] + block
        }
        return bytes + [0, 0x3B]
    }

    /// Codes of eight bits: before the table has 128 entries more, a clear code empties it.
    private static func codes(of light: [UInt8]) -> [UInt8] {
        let (clear, end) = (UInt8(128), UInt8(129))
        var codes: [UInt8] = []
        for (index, grey) in light.enumerated() {
            if index % 100 == 0 { codes.append(clear) }
            codes.append(grey / 2)
        }
        return codes + [end]
    }

    private static func little(_ number: Int) -> [UInt8] { [UInt8(number & 0xFF), UInt8(number >> 8)] }
}
