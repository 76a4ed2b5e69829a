/// Lets a GIF be seen through where its first frame leaves its screen free, and where frames clear their places.
///
/// There browsers show what is behind the picture. libvips shows a colour, unless the frame announces transparency.
package enum GIFTransparencyFix {
    /// A frame of one pixel that nobody sees: its control, with the flag for transparency; its place and a table of two
    /// colours; and the codes for a new table, colour 0 and the end, of three bits each (GIF89a, sections 20–23 and F).
    private static let unseenFrame: [UInt8] = [
        0x21, 0xF9, 4, 0x01, 0, 0, 0, 0,
        0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0,
        2, 2, 0x44, 0x01, 0,
    ]
    private static let trailer: UInt8 = 0x3B

    /// The same picture, of which each frame that clears its place announces transparency: libvips would fill the place
    /// with a colour. Where there is none, one more frame does, the last. Nil when nothing needs to change, or when there
    /// is no frame.
    package static func cleared(_ bytes: [UInt8]) -> [UInt8]? {
        guard FileKind(signature: bytes) == .gif else { return nil }
        let found = Announcements(in: bytes)
        guard let end = found.end else { return nil }
        if found.silent.isEmpty { return found.areThere ? nil : bytes[..<end] + unseenFrame + [trailer] }
        var result = bytes
        for control in found.silent {
            result[control + 1] |= 1
            // No pixel has this colour: codes are of less than 8 bits.
            result[control + 4] = 255
        }
        return result
    }

    /// What the frames of a GIF that are all there say of transparency.
    private struct Announcements {
        /// One past the last frame.
        private(set) var end: Int?
        /// Some frame announces it.
        private(set) var areThere = false
        /// Where the controls are of frames that clear their places, do not announce it, and could.
        private(set) var silent: [Int] = []

        init(in bytes: [UInt8]) {
            var source = BufferedFileReader(bytes)
            guard var blocks = GIFBlocks(&source) else { return }
            var control: Int?
            while let block = blocks.next(&source), block.kind != .trailer, block.end <= bytes.count {
                switch block.kind {
                case .extension(label: 0xF9): control = block.end - block.data == 6 ? block.data : nil
                case .image:
                    if let control { note(control, codeLength: bytes[block.data - 1], in: bytes) }
                    control = nil
                    end = block.end
                case .extension, .trailer: break
                }
            }
        }

        private mutating func note(_ control: Int, codeLength: UInt8, in bytes: [UInt8]) {
            let flags = bytes[control + 1]
            if flags & 1 == 1 {
                areThere = true
            } else if GIFBlocks.clearsPlace(flags, isFirst: end == nil), codeLength < 8 {
                silent.append(control)
            }
        }
    }
}
