/// A picture format, detected by the first bytes of a file.
package enum FileKind: String, Codable, Sendable, CaseIterable {
    case jpeg
    case png
    case gif
    case webp
    case heif
    case avif

    /// Formats that the worker renders by default. Others are recognised, so that they get the correct media type, and
    /// stored as plain files.
    package static let renderedByDefault = Set(allCases)

    /// Whether libheif decodes it, which is in a module of libvips that is loaded only for such pictures.
    package var needsHEIFModule: Bool { self == .heif || self == .avif }

    /// Number of bytes that ``init(signature:)`` reads.
    package static let signatureLength = 16 + ISOBrands.compatibleLimit * 4

    /// Detects the signature at the start of a file; nil for any other format.
    package init?(signature bytes: some Collection<UInt8>) {
        var source = BufferedFileReader(Array(bytes.prefix(Self.signatureLength)))
        if source.bytes(at: 0, length: 3) == [0xFF, 0xD8, 0xFF] {
            self = .jpeg
        } else if source.bytes(at: 0, length: 8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] {
            self = .png
        } else if source.has("GIF87a", at: 0) || source.has("GIF89a", at: 0) {
            self = .gif
        } else if source.has("RIFF", at: 0), source.has("WEBP", at: 8) {
            self = .webp
        } else if let brands = ISOBrands(&source), let kind = Self(brands) {
            self = kind
        } else {
            return nil
        }
    }

    package var mediaType: String { "image/\(rawValue)" }

    /// Whether the answer of libmagic means the same format.
    package func agrees(with mediaType: String) -> Bool {
        switch self {
        case .jpeg, .png, .gif, .webp: mediaType == self.mediaType
        case .heif: ["image/heif", "image/heic", "image/heif-sequence", "image/heic-sequence"].contains(mediaType)
        // libmagic uses the major brand, which both formats may share.
        case .avif: ["image/avif", "image/avif-sequence", "image/heif", "image/heif-sequence"].contains(mediaType)
        }
    }

    /// Major brands of ISO/IEC 23008-12 (HEIF) annex B and of AVIF 1.1 section 6. `mif1` and `msf1` leave open how a
    /// picture is coded.
    private init?(_ brands: ISOBrands) {
        switch brands.major {
        case "avif", "avis": self = .avif
        case "heic", "heix", "heim", "heis", "hevc", "hevx": self = .heif
        case "mif1", "msf1": self = brands.contains(anyOf: ["avif", "avis"]) ? .avif : .heif
        default: return nil
        }
    }
}
