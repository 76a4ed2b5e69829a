/// Makes a GIF transparent where its first frame does not cover the screen, and where frames are cleared after display.
///
/// Browsers show the background there. libvips shows a colour, unless the frame announces transparency.
package enum GIFTransparencyFix {
    /// An invisible frame of one pixel: a control block with the transparency flag, a descriptor with a table of two
    /// colours, and the codes clear, colour 0 and end, of three bits each (GIF89a, sections 20–23 and appendix F).
    private static let invisibleFrame: [UInt8] = [
        0x21, 0xF9, 4, 0x01, 0, 0, 0, 0,
        0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0,
        2, 2, 0x44, 0x01, 0,
    ]
    private static let trailer: UInt8 = 0x3B

    /// Makes each frame that is cleared after display announce transparency, since libvips would fill its area with a
    /// colour. If there is none, an invisible last frame is added instead. Returns nil when nothing has to change or
    /// there is no frame.
    package static func apply(to bytes: [UInt8]) -> [UInt8]? {
        guard FileKind(signature: bytes) == .gif else { return nil }
        let frames = Frames(in: bytes)
        guard let end = frames.end else { return nil }
        if frames.opaqueControls.isEmpty {
            return frames.hasTransparency ? nil : bytes[..<end] + invisibleFrame + [trailer]
        }
        var result = bytes
        for control in frames.opaqueControls {
            result[control + 1] |= 1
            // No pixel has this colour: codes have less than 8 bits.
            result[control + 4] = 255
        }
        return result
    }

    /// The transparency of the complete frames of a GIF.
    private struct Frames {
        /// One past the last frame.
        private(set) var end: Int?
        /// Some frame announces transparency.
        private(set) var hasTransparency = false
        /// Offsets of the control blocks of frames that are cleared and could announce transparency, but do not.
        private(set) var opaqueControls: [Int] = []

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
                hasTransparency = true
            } else if GIFBlocks.clearsArea(flags, isFirst: end == nil), codeLength < 8 {
                opaqueControls.append(control)
            }
        }
    }
}
