extension PictureBytes {
    /// A GIF of these blocks.
    package static func gif(width: Int, height: Int, _ blocks: [UInt8]...) -> [UInt8] {
        Array("GIF89a".utf8) + little(width, 2) + little(height, 2) + [0, 0, 0] + blocks.flatMap { $0 } + [0x3B]
    }

    /// An image block with hardly any data.
    package static func image(left: Int = 0, top: Int = 0, width: Int, height: Int) -> [UInt8] {
        [0x2C] + [left, top, width, height].flatMap { little($0, 2) } + [0, 2, 2, 0x4C, 0x01, 0]
    }

    /// A graphic control extension.
    package static func control(delay: Int, isTransparent: Bool = false) -> [UInt8] {
        [0x21, 0xF9, 4, isTransparent ? 1 : 0] + little(delay, 2) + [0, 0]
    }
}
