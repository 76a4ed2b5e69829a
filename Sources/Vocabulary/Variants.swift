/// The box a rendering fits into, in pixels a side.
package enum VariantSize: Int, CaseIterable, Codable, Sendable, Comparable {
    case thumbnail = 150
    case medium = 800
    case large = 1920

    package static func < (lhs: VariantSize, rhs: VariantSize) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What a rendering is encoded as.
package enum VariantFormat: String, CaseIterable, Codable, Sendable {
    case jpg
    /// For pictures that something shines through, flat ones, and photographs that are lighter than a JPEG of them.
    case webp

    package var mediaType: String {
        switch self {
        case .jpg: "image/jpeg"
        case .webp: "image/webp"
        }
    }
}
