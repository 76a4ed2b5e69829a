import CVips

/// The header of a picture as libvips reads it.
struct PictureHeader: Equatable {
    /// Pixels, before the orientation is applied.
    let width: Int
    /// Pixels, before the orientation is applied.
    let height: Int
    let bandCount: Int
    let hasAlpha: Bool
    let profile: Profile
    /// libjpeg has skipped bytes between the segments of a JPEG's header, and will warn about them again.
    let hasExtraneousBytes: Bool

    /// The embedded colour profile.
    enum Profile {
        case none
        case fitting
        /// Not for this kind of picture, or too large.
        case unfit
    }

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
        let hasProfile = vips_image_get_typeof(image, VIPS_META_ICC_NAME) != 0
        hasExtraneousBytes = VipsFailure.takeExtraneousBytes()
        profile = !hasProfile ? .none : snug_vips_has_fitting_profile(image) ? .fitting : .unfit
    }
}
