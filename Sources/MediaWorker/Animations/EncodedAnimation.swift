import CVips

/// An animation encoded as WebP.
struct EncodedAnimation: ~Copyable {
    let file: EncodedPicture
    /// Pixels of a frame.
    let width: Int
    /// Pixels of a frame.
    let height: Int

    /// Quality settings of the encoder, 1–100 each.
    struct Quality {
        let colour: Int
        let alpha: Int

        /// The settings that are tried in turn until the file is small enough. At 70 there are 16 levels of
        /// transparency, which halves the size of stickers (libwebp `alpha_enc.c`).
        static let attempts = [Quality(colour: 75, alpha: 90), Quality(colour: 50, alpha: 70)]
    }

    /// Decodes the frames of a GIF or WebP, `frameCount` of them at most, and encodes each, shrunk to fit a square of
    /// `side` pixels.
    init(of bytes: [UInt8], frameCount: Int, side: Int, _ quality: Quality) throws(VipsFailure) {
        let encoded = bytes.withUnsafeBytes { buffer in
            Result { () throws(VipsFailure) in
                guard let start = buffer.baseAddress else { throw VipsFailure(description: "nothing to decode") }
                var frames: UnsafeMutablePointer<VipsImage>?
                guard snug_vips_frames(start, buffer.count, Int32(frameCount), Int32(side), &frames) == 0, let frames
                else {
                    throw VipsFailure(doing: "decode frames")
                }
                defer { snug_vips_release(frames) }
                return Self.encode(frames, quality)
            }
        }
        try self.init(encoded.get())
    }

    /// Encodes decoded frames.
    ///
    /// - Parameter original: the file that the frames are from; its colour profile applies to them.
    init(of stack: FrameStack, profileOf original: [UInt8], _ quality: Quality) throws(VipsFailure) {
        let encoded = stack.pixels.withUnsafeBytes { buffer in
            Result { () throws(VipsFailure) in
                let height = Int32(stack.height * stack.milliseconds.count)
                guard let start = buffer.baseAddress,
                    let frames = snug_vips_from_rgba(start, buffer.count, Int32(stack.width), height)
                else { throw VipsFailure(doing: "stack frames") }
                defer { snug_vips_release(frames) }
                vips_image_set_int(frames, VIPS_META_PAGE_HEIGHT, Int32(stack.height))
                vips_image_set_int(frames, "loop", Int32(clamping: stack.playCount))
                let delays = stack.milliseconds.map { Int32(clamping: $0) }
                vips_image_set_array_int(frames, "delay", delays, Int32(delays.count))
                original.withUnsafeBytes { snug_vips_take_profile(frames, $0.baseAddress, $0.count) }
                var converted: UnsafeMutablePointer<VipsImage>?
                guard snug_vips_profiled(frames, &converted) == 0, let converted else {
                    throw VipsFailure(doing: "stack frames")
                }
                defer { snug_vips_release(converted) }
                return Self.encode(converted, quality)
            }
        }
        try self.init(encoded.get())
    }

    private init(_ frames: EncodedFrames) throws(VipsFailure) {
        let encoded = try EncodedPicture(
            status: frames.status,
            frames.bytes,
            frames.count,
            .webp,
            isTransparent: frames.isTransparent
        )
        // Fewer frames may be readable than the header announces, and equal frames are merged.
        guard WebPFile.isAnimated(encoded.bytes) else { throw VipsFailure(description: "there is only one frame") }
        file = encoded
        (width, height) = (frames.width, frames.height)
    }

    /// The result of the saver, and the size of a frame.
    private struct EncodedFrames {
        var status: Int32 = -1
        var bytes: UnsafeMutableRawPointer?
        var count = 0
        let width: Int
        let height: Int
        let isTransparent: Bool
    }

    /// libvips is lazy: decoding, shrinking and encoding all happen here, frame by frame.
    private static func encode(_ frames: UnsafeMutablePointer<VipsImage>, _ quality: Quality) -> EncodedFrames {
        var result = EncodedFrames(
            width: Int(vips_image_get_width(frames)),
            height: Int(vips_image_get_page_height(frames)),
            isTransparent: vips_image_hasalpha(frames) != 0
        )
        let (colour, alpha) = (Int32(quality.colour), Int32(quality.alpha))
        // An effort of 2 takes up to half as long again as 0, and makes files 15 to 30 % smaller.
        result.status = snug_vips_webp(frames, colour, alpha, 2, false, false, &result.bytes, &result.count)
        return result
    }
}
