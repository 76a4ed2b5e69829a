import CVips

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
