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
    /// For pictures with real transparency.
    case webp

    package var mediaType: String {
        switch self {
        case .jpg: "image/jpeg"
        case .webp: "image/webp"
        }
    }
}

/// One rendering of one picture; its name is the only form in which clients and nginx know it.
package struct VariantFile: Hashable, Sendable {
    package let blob: BlobID
    package let size: VariantSize
    package let format: VariantFormat

    package init(blob: BlobID, size: VariantSize, format: VariantFormat) {
        self.blob = blob
        self.size = size
        self.format = format
    }

    /// `<uuid>.<size>.<ext>`.
    package var name: String { "\(blob).\(size.rawValue).\(format.rawValue)" }

    /// Reads a ``name``; nil for anything that this type would not write itself.
    package init?(name: some StringProtocol) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let blob = BlobID(parts[0]),
            let size = VariantSize.allCases.first(where: { parts[1] == "\($0.rawValue)" }),
            let format = VariantFormat(rawValue: String(parts[2]))
        else { return nil }
        self.init(blob: blob, size: size, format: format)
    }

    /// Every name that renderings of `blob` could have.
    package static func all(of blob: BlobID) -> [VariantFile] {
        VariantSize.allCases.flatMap { size in
            VariantFormat.allCases.map { VariantFile(blob: blob, size: size, format: $0) }
        }
    }
}
