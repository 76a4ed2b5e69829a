import CVips

/// A decoded picture in memory, 8 bits a channel, grey or sRGB, with or without alpha.
///
/// Has exactly one owner and is freed with it.
struct Picture: ~Copyable {
    let image: UnsafeMutablePointer<VipsImage>

    /// Pixels.
    var width: Int { Int(vips_image_get_width(image)) }
    /// Pixels.
    var height: Int { Int(vips_image_get_height(image)) }

    init(owning image: UnsafeMutablePointer<VipsImage>) { self.image = image }

    deinit { snug_vips_release(image) }

    /// The kind of damage at which decoding fails, as named by libvips.
    enum Strictness: String {
        /// Never: undecodable parts are grey, or whatever the decoder leaves.
        case none
        /// Truncation, ignoring warnings.
        case end
        case truncated
        case warning

        var ignoresWarnings: Bool { self == .none || self == .end }

        fileprivate var option: String { "fail_on=\(self == .end ? Strictness.truncated : self)" }
    }

    /// A black square.
    init(blank side: Int) throws(VipsFailure) {
        guard let lazy = snug_vips_blank(Int32(side)) else { throw VipsFailure(doing: "blank") }
        image = try Self.inMemory(lazy)
    }

    /// Red, green, blue and alpha of each pixel, row by row.
    init(pixels: [UInt8], width: Int, height: Int) throws(VipsFailure) {
        // Copied to memory before `pixels` may go.
        let copied = pixels.withUnsafeBytes { buffer in
            Result { () throws(VipsFailure) in
                guard let start = buffer.baseAddress,
                    let lazy = snug_vips_from_rgba(start, buffer.count, Int32(width), Int32(height))
                else { throw VipsFailure(doing: "pixels") }
                return try Picture.inMemory(lazy)
            }
        }
        image = try copied.get()
    }

    /// How a picture is shrunk during decoding.
    enum Shrinking: Equatable {
        /// As chosen by libvips.
        case automatic
        /// Row by row, after shrinking on load by a factor: 1, 2, 4 or 8 for a JPEG in grey or RGB, otherwise 1.
        case rows(onLoad: Int)

        fileprivate var option: String {
            switch self {
            case .automatic, .rows(onLoad: 1): ""
            case .rows(let factor): ",shrink=\(factor)"
            }
        }
    }

    /// Decodes `bytes` in their stored orientation, shrunk to fit a square of `side` pixels.
    ///
    /// - Parameter hasProfile: converts to sRGB with the embedded profile.
    init(
        decoding bytes: [UInt8],
        side: Int,
        strictness: Strictness = .truncated,
        shrinking: Shrinking = .automatic,
        hasProfile: Bool = false
    ) throws(VipsFailure) {
        let options = "[\(strictness.option)\(shrinking.option)]"
        let decode = shrinking == .automatic ? snug_vips_thumbnail : snug_vips_rows
        image = try Self.inMemory(bytes, strictness) { start, count, image in
            decode(start, count, options, Int32(side), hasProfile, &image)
        }
    }

    /// Computes the result of `decode`. libvips is lazy and keeps pointers to the bytes until the result is copied to
    /// memory.
    private static func inMemory(
        _ bytes: [UInt8],
        _ strictness: Strictness,
        _ decode: (UnsafeRawPointer, Int, inout UnsafeMutablePointer<VipsImage>?) -> Int32
    ) throws(VipsFailure) -> UnsafeMutablePointer<VipsImage> {
        let decoded = bytes.withUnsafeBytes { buffer in
            Result { () throws(VipsFailure) in
                guard let start = buffer.baseAddress else { throw VipsFailure(description: "nothing to decode") }
                let lazy = try take("decode") { decode(start, buffer.count, &$0) }
                return try inMemory(lazy, strictness)
            }
        }
        return try decoded.get()
    }

    /// Rotates the picture upright.
    /// - Parameter orientation: 1–8 as in EXIF 2.32, tag 0x0112. The value of the decoder is not used: it may read a
    ///   damaged tag differently from the checked header.
    consuming func upright(from orientation: Int) throws(VipsFailure) -> Picture {
        guard orientation != 1 else { return self }
        let lazy = try Self.take("turn") { snug_vips_upright(image, Int32(orientation), &$0) }
        return Picture(owning: try Self.inMemory(lazy))
    }

    /// A smaller copy that fits a square of `side` pixels.
    func shrunk(to side: Int) throws(VipsFailure) -> Picture {
        let lazy = try Self.take("shrink") { snug_vips_fit(image, Int32(side), &$0) }
        return Picture(owning: try Self.inMemory(lazy))
    }

    /// Whether any pixel is transparent: cameras and editors also write opaque alpha channels.
    func isTransparent() throws(VipsFailure) -> Bool {
        guard vips_image_hasalpha(image) != 0 else { return false }
        let alpha = try Self.take("alpha") { snug_vips_bands(image, image.pointee.Bands - 1, 1, &$0) }
        defer { snug_vips_release(alpha) }
        var minimum = 255.0
        guard snug_vips_min(alpha, &minimum) == 0 else { throw VipsFailure(doing: "alpha") }
        return minimum < 255
    }

    /// Removes the alpha channel, if there is one.
    consuming func withoutAlpha() throws(VipsFailure) -> Picture {
        guard vips_image_hasalpha(image) != 0 else { return self }
        let lazy = try Self.take("drop alpha") { snug_vips_bands(image, 0, image.pointee.Bands - 1, &$0) }
        return Picture(owning: try Self.inMemory(lazy))
    }

    /// Red, green, blue and alpha of each pixel, row by row.
    func pixels() throws(VipsFailure) -> [UInt8] {
        let colours = try Self.take("pixels") { snug_vips_to_rgba(image, &$0) }
        defer { snug_vips_release(colours) }
        var count = 0
        guard let bytes = vips_image_write_to_memory(colours, &count) else { throw VipsFailure(doing: "pixels") }
        defer { g_free(bytes) }
        if let failure = VipsFailure.hidden(in: "pixels") { throw failure }
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// The picture as a file, without metadata.
    func encoded(as encoding: VariantEncoding) throws(VipsFailure) -> EncodedPicture {
        var bytes: UnsafeMutableRawPointer?
        var count = 0
        let status =
            switch encoding.format {
            case .jpg: snug_vips_jpeg(image, Int32(encoding.quality), encoding.hasSharpColour, &bytes, &count)
            case .webp:
                snug_vips_webp(
                    image,
                    Int32(encoding.quality),
                    90,
                    2,
                    encoding.isLossless,
                    encoding.hasSharpColour,
                    &bytes,
                    &count
                )
            }
        return try EncodedPicture(status: status, bytes, count, encoding.format)
    }

    /// Computes all pixels with 8 bits a channel, and releases `lazy`.
    private static func inMemory(
        _ lazy: UnsafeMutablePointer<VipsImage>,
        _ strictness: Strictness = .truncated
    ) throws(VipsFailure) -> UnsafeMutablePointer<VipsImage> {
        defer { snug_vips_release(lazy) }
        if lazy.pointee.BandFmt != VIPS_FORMAT_UCHAR {
            return try inMemory(take("convert") { snug_vips_to_8_bit(lazy, &$0) }, strictness)
        }
        guard let image = vips_image_copy_memory(lazy) else { throw VipsFailure(doing: "decode") }
        if let failure = VipsFailure.hidden(in: "decode", strictness) {
            snug_vips_release(image)
            throw failure
        }
        return image
    }

    private static func take(
        _ operation: String,
        _ body: (inout UnsafeMutablePointer<VipsImage>?) -> Int32
    ) throws(VipsFailure) -> UnsafeMutablePointer<VipsImage> {
        var image: UnsafeMutablePointer<VipsImage>?
        guard body(&image) == 0, let image else { throw VipsFailure(doing: operation) }
        return image
    }
}

// MARK: - Damaged pictures

/// Damaged and truncated pictures.
extension Picture {
    /// Largest deviation of a grey pixel: colours are rounded when they are converted.
    private static var greyTolerance: Int { 1 }

    /// The number of rows at the top that can be decoded without failure, in steps of sixteen.
    static func soundRowCount(of bytes: [UInt8]) throws(VipsFailure) -> Int {
        let count = bytes.withUnsafeBytes { buffer -> Int32 in
            guard let start = buffer.baseAddress else { return -1 }
            return snug_vips_sound_rows(start, buffer.count, "[fail_on=truncated]")
        }
        guard count >= 0 else { throw VipsFailure(doing: "count rows") }
        // The failure in the rows below does not matter.
        VipsFailure.clear()
        return Int(count)
    }

    /// Decodes the first `count` rows and makes the others grey, shrunk to fit a square of `side` pixels.
    init(topRows count: Int, of bytes: [UInt8], side: Int, hasProfile: Bool) throws(VipsFailure) {
        image = try Self.inMemory(bytes, .truncated) { start, byteCount, image in
            snug_vips_top_rows(start, byteCount, "[fail_on=truncated]", Int32(count), Int32(side), hasProfile, &image)
        }
    }

    /// The number of rows at the bottom in the middle grey with which libjpeg fills missing rows. For inks, which are
    /// converted to another colour, the number of rows of a single colour.
    func missingRowCount(ofInks isOfInks: Bool) throws(VipsFailure) -> Int {
        let pixels = try pixels()
        let filling = isOfInks ? Array(pixels.suffix(4)) : [128, 128, 128, 255]
        return Self.rowsAtBottom(of: pixels, width: width) { pixel in
            zip(pixel, filling).allSatisfy { abs(Int($0) - Int($1)) <= Self.greyTolerance }
        }
    }

    /// The number of transparent rows at the bottom, as the decoder of a GIF leaves them for missing rows.
    func clearRowCount() throws(VipsFailure) -> Int {
        Self.rowsAtBottom(of: try pixels(), width: width) { $0.last == 0 }
    }

    /// The number of mostly opaque pixels.
    func coveredPixelCount() throws(VipsFailure) -> Int {
        let pixels = try pixels()
        return stride(from: 3, to: pixels.count, by: 4).reduce(0) { $0 + (pixels[$1] >= 128 ? 1 : 0) }
    }

    /// The number of rows at the bottom for all of whose pixels, of red, green, blue and alpha, `isMissing` returns
    /// true.
    private static func rowsAtBottom(
        of pixels: [UInt8],
        width: Int,
        _ isMissing: (_ pixel: Slice<UnsafeBufferPointer<UInt8>>) -> Bool
    ) -> Int {
        pixels.withUnsafeBufferPointer { buffer in
            var start = buffer.count
            while start > 0, isMissing(Slice(base: buffer, bounds: start - 4..<start)) { start -= 4 }
            return (buffer.count - start) / (width * 4)
        }
    }

    /// The picture on a middle grey background.
    consuming func onGrey() throws(VipsFailure) -> Picture {
        guard vips_image_hasalpha(image) != 0 else { return self }
        let lazy = try Self.take("flatten") { snug_vips_on_grey(image, &$0) }
        return Picture(owning: try Self.inMemory(lazy))
    }

    /// A copy converted to sRGB with the profile of its file.
    func converted(byProfileOf file: [UInt8]) throws(VipsFailure) -> Picture {
        let image = image
        file.withUnsafeBytes { snug_vips_take_profile(image, $0.baseAddress, $0.count) }
        let lazy = try Self.take("convert") { snug_vips_profiled(image, &$0) }
        return Picture(owning: try Self.inMemory(lazy))
    }
}
