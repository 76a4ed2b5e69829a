/// What the first bytes of a file say it is, as far as this product cares.
package enum FileKind: String, Codable, Sendable, CaseIterable {
    case jpeg
    case png
    case gif
    case webp
    /// Recognised so that it is named rightly; kept as a plain file.
    case heif
    /// Recognised so that it is named rightly; kept as a plain file.
    case avif

    /// What the worker renders where nothing else is set. The others are recognised, so that they are named rightly, and
    /// kept as plain files.
    package static let renderedByDefault: Set<FileKind> = [.jpeg, .png, .gif, .webp]

    /// The bytes that ``init(signature:)`` looks at.
    static let signatureLength = 12

    /// Reads the signature at the start of a file; nil when it is none of these.
    package init?(signature bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(Self.signatureLength))
        func has(_ text: [UInt8], at offset: Int = 0) -> Bool { head.dropFirst(offset).starts(with: text) }

        if has([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if has(Array("GIF87a".utf8)) || has(Array("GIF89a".utf8)) {
            self = .gif
        } else if has(Array("RIFF".utf8)), has(Array("WEBP".utf8), at: 8) {
            self = .webp
        } else if has(Array("ftyp".utf8), at: 4), let kind = Self(brand: head.dropFirst(8)) {
            self = kind
        } else {
            return nil
        }
    }

    /// Whether the worker renders it.
    package var isRendered: Bool {
        switch self {
        case .jpeg, .png, .gif, .webp: true
        case .heif, .avif: false
        }
    }

    package var mediaType: String { "image/\(rawValue)" }

    /// Whether libmagic's answer means the same thing.
    func agrees(with mediaType: String) -> Bool {
        switch self {
        case .jpeg, .png, .gif, .webp: mediaType == self.mediaType
        case .heif: ["image/heif", "image/heic", "image/heif-sequence", "image/heic-sequence"].contains(mediaType)
        case .avif: ["image/avif", "image/avif-sequence"].contains(mediaType)
        }
    }

    /// Major brands of ISO/IEC 23008-12 (HEIF) and of AVIF.
    private init?(brand: some Collection<UInt8>) {
        switch String(decoding: brand, as: UTF8.self) {
        case "avif", "avis": self = .avif
        case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1": self = .heif
        default: return nil
        }
    }
}
