import CVips

/// What there is of pictures that are damaged or cut off.
extension Picture {
    /// A row may be off by as much and still be grey: colours are rounded when they are converted.
    private static var greyTolerance: Int { 1 }

    /// Rows at the top of a picture that its decoder gives without failing, in steps of sixteen.
    static func soundRowCount(of bytes: [UInt8]) throws(VipsFailure) -> Int {
        let count = bytes.withUnsafeBytes { buffer -> Int32 in
            guard let start = buffer.baseAddress else { return -1 }
            return snug_vips_sound_rows(start, buffer.count, "[fail_on=truncated]")
        }
        guard count >= 0 else { throw VipsFailure(doing: "count rows") }
        // How it failed below does not matter any more.
        VipsFailure.forget()
        return Int(count)
    }

    /// Decodes the first `count` rows and makes the others grey, shrunk to fit a square of `side` pixels.
    init(topRows count: Int, of bytes: [UInt8], side: Int, hasProfile: Bool) throws(VipsFailure) {
        image = try Self.inMemory(bytes, .truncated) { start, byteCount, image in
            snug_vips_top_rows(start, byteCount, "[fail_on=truncated]", Int32(count), Int32(side), hasProfile, &image)
        }
    }

    /// Rows at the bottom that are of the middle grey that libjpeg fills in for missing ones. Of inks, which are
    /// converted to some other colour, rows of a single one.
    func missingRowCount(ofInks isOfInks: Bool) throws(VipsFailure) -> Int {
        let pixels = try pixels()
        let filling = isOfInks ? Array(pixels.suffix(4)) : [128, 128, 128, 255]
        return Self.rowsAtBottom(of: pixels, width: width) { pixel in
            zip(pixel, filling).allSatisfy { abs(Int($0) - Int($1)) <= Self.greyTolerance }
        }
    }

    /// Rows at the bottom where nothing is to be seen, which a GIF's decoder leaves for missing ones.
    func clearRowCount() throws(VipsFailure) -> Int {
        Self.rowsAtBottom(of: try pixels(), width: width) { $0.last == 0 }
    }

    /// Pixels that hide what is behind them.
    func coveredPixelCount() throws(VipsFailure) -> Int {
        let pixels = try pixels()
        return stride(from: 3, to: pixels.count, by: 4).reduce(0) { $0 + (pixels[$1] >= 128 ? 1 : 0) }
    }

    /// Rows at the bottom all of whose pixels, of red, green, blue and alpha, are as `isMissing` says.
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

    /// The same with middle grey wherever something shines through.
    consuming func onGrey() throws(VipsFailure) -> Picture {
        guard vips_image_hasalpha(image) != 0 else { return self }
        let lazy = try Self.take("flatten") { snug_vips_on_grey(image, &$0) }
        return Picture(owning: try Self.inMemory(lazy))
    }

    /// A copy in sRGB, by the profile of the file that it is from.
    func converted(byProfileOf file: [UInt8]) throws(VipsFailure) -> Picture {
        let image = image
        file.withUnsafeBytes { snug_vips_take_profile(image, $0.baseAddress, $0.count) }
        let lazy = try Self.take("convert") { snug_vips_profiled(image, &$0) }
        return Picture(owning: try Self.inMemory(lazy))
    }
}
