/// Lets a GIF be seen through where its first frame leaves its screen free.
///
/// There browsers show what is behind the picture. libvips shows black, unless some frame announces transparency.
package enum GIFBackdrop {
    /// A frame of one pixel that nobody sees: its control, with the flag for transparency; its place and a table of two
    /// colours; and the codes for a new table, colour 0 and the end, of three bits each (GIF89a, sections 20–23 and F).
    private static let unseenFrame: [UInt8] = [
        0x21, 0xF9, 4, 0x01, 0, 0, 0, 0,
        0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0,
        2, 2, 0x44, 0x01, 0,
    ]
    private static let trailer: UInt8 = 0x3B

    /// The same picture with one more frame, the last, which announces transparency. Nil when some frame does that
    /// already, or when there is none.
    package static func cleared(_ bytes: [UInt8]) -> [UInt8]? {
        guard FileKind(signature: bytes) == .gif else { return nil }
        var source = ByteSource(bytes)
        guard var blocks = GIFBlocks(&source) else { return nil }
        var end: Int?
        var announcesTransparency = false
        while let block = blocks.next(&source), block.kind != .trailer, block.end <= bytes.count {
            switch block.kind {
            case .extension(label: 0xF9):
                announcesTransparency = source.byte(at: block.data + 1).map { $0 & 1 == 1 } ?? false
            // The announcement of a frame that is cut off does not count.
            case .image where announcesTransparency: return nil
            case .image: end = block.end
            case .extension, .trailer: break
            }
        }
        return end.map { bytes[..<$0] + unseenFrame + [trailer] }
    }
}
