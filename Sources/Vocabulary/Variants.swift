/// The size of a variant: the side of the box that it fits into, in pixels.
package enum VariantSize: Int, CaseIterable, Codable, Sendable, Comparable {
    case thumbnail = 150
    case medium = 800
    case large = 1920

    package static func < (lhs: VariantSize, rhs: VariantSize) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// The format of a variant.
package enum VariantFormat: String, CaseIterable, Codable, Sendable {
    case jpg
    /// For transparent and flat pictures, and for photographs whose JPEG would be larger than the original.
    case webp

    package var mediaType: String {
        switch self {
        case .jpg: "image/jpeg"
        case .webp: "image/webp"
        }
    }
}
