import Vocabulary

/// The role of a variant.
package enum VariantRole: Hashable, Sendable {
    /// A static picture that fits into a box.
    case size(VariantSize)
    /// The animation of an animated picture; always a WebP.
    case animated

    /// The box it fits into, in pixels a side.
    package var side: Int {
        switch self {
        case .size(let size): size.rawValue
        case .animated: VariantSize.medium.rawValue
        }
    }

    /// As in file names.
    var name: String {
        switch self {
        case .size(let size): "\(size.rawValue)"
        case .animated: "animated"
        }
    }

    /// The formats that variants of this role may have.
    var formats: [VariantFormat] {
        switch self {
        case .size: VariantFormat.allCases
        case .animated: [.webp]
        }
    }

    /// Every role, sizes from small to large first.
    package static let all = VariantSize.allCases.map(VariantRole.size) + [.animated]
}

/// A variant of a picture, identified by the file name that clients and nginx use.
package struct VariantFile: Hashable, Sendable {
    package let blob: BlobID
    package let role: VariantRole
    package let format: VariantFormat

    package init(blob: BlobID, role: VariantRole, format: VariantFormat) {
        self.blob = blob
        self.role = role
        self.format = format
    }

    package init(blob: BlobID, size: VariantSize, format: VariantFormat) {
        self.init(blob: blob, role: .size(size), format: format)
    }

    /// The animation of `blob`.
    package static func animated(_ blob: BlobID) -> VariantFile {
        VariantFile(blob: blob, role: .animated, format: .webp)
    }

    /// `<uuid>.<150|800|1920>.<jpg|webp>` or `<uuid>.animated.webp`.
    package var name: String { "\(blob).\(role.name).\(format.rawValue)" }

    /// Parses a ``name``; nil for any other text.
    package init?(name: some StringProtocol) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let blob = BlobID(parts[0]),
            let role = VariantRole.all.first(where: { parts[1] == $0.name }),
            let format = VariantFormat(rawValue: String(parts[2])), role.formats.contains(format)
        else { return nil }
        self.init(blob: blob, role: role, format: format)
    }

    /// Every variant that `blob` could have.
    package static func all(of blob: BlobID) -> [VariantFile] {
        VariantRole.all.flatMap { role in
            role.formats.map { VariantFile(blob: blob, role: role, format: $0) }
        }
    }
}
