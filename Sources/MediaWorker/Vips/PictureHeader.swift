import CVips

/// What libvips reads before it decodes.
struct PictureHeader: Equatable {
    /// Pixels, before the orientation is applied.
    let width: Int
    /// Pixels, before the orientation is applied.
    let height: Int
    let bandCount: Int
    let hasAlpha: Bool
    let profile: Profile
    /// libjpeg has passed over bytes between the segments of a JPEG's header, and will say so again.
    let hasExtraneousBytes: Bool

    /// What its colours could be converted by.
    enum Profile {
        case none
        case fitting
        /// For other pictures than this one, or too large.
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
