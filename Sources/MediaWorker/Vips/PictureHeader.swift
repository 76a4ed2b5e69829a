import CVips

/// What libvips reads before it decodes.
struct PictureHeader: Equatable {
    /// Pixels, before the orientation is applied.
    let width: Int
    /// Pixels, before the orientation is applied.
    let height: Int
    let bandCount: Int
    let hasAlpha: Bool
    /// There is a profile by which its colours can be converted.
    let hasProfile: Bool

    init(of bytes: [UInt8]) throws(VipsFailure) {
        let image = bytes.withUnsafeBytes { buffer in
            buffer.baseAddress.flatMap { snug_vips_open($0, buffer.count) }
        }
        guard let image else { throw VipsFailure(doing: "open") }
        defer { snug_vips_release(image) }
        width = Int(vips_image_get_width(image))
        height = Int(vips_image_get_height(image))
        bandCount = Int(vips_image_get_bands(image))
        hasAlpha = vips_image_hasalpha(image) != 0
        hasProfile = snug_vips_has_fitting_profile(image)
    }
}
