import Foundation

/// The name under which a browser or a program saves a download.
struct DownloadName {
    /// Stands in for the part before the extension when nothing of it is left.
    private static let stem = "file"

    /// As it is kept with the upload.
    let name: String

    init(_ name: String) { self.name = name }

    /// A `Content-Disposition` with the name twice (RFC 6266 section 4.3): in full, and in ASCII for programs such as
    /// `curl -OJ` that know nothing else.
    var contentDisposition: String {
        "attachment; filename=\"\(ascii)\"; filename*=UTF-8''\(name.percentEncoded)"
    }

    /// The name in characters that need no escapes in a quoted string, on a disk or in a shell's completion: letters
    /// without their accents, and `_` for each run of others.
    var ascii: String {
        var result = ""
        for scalar in name.decomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar {
            case " "..."~" where !Self.reserved.contains(scalar): result.unicodeScalars.append(scalar)
            default:
                let isAccent = scalar.properties.generalCategory == .nonspacingMark
                if !isAccent, result.last != "_" { result.append("_") }
            }
        }
        return withStem(result)
    }

    /// Quotes and escapes of header fields, separators of paths, and what file systems refuse (RFC 6266 appendix D, RFC
    /// 9110 section 5.6.4).
    private static let reserved: Set<Unicode.Scalar> = ["\"", "\\", "%", "/", ":", "*", "?", "<", ">", "|"]

    /// A name of letters that were all replaced says nothing; and a file that begins with a dot would be hidden.
    private func withStem(_ text: String) -> String {
        let dot = text.lastIndex(of: ".") ?? text.endIndex
        if text[..<dot].contains(where: { $0.isLetter || $0.isNumber }) {
            return text.hasPrefix(".") ? "_" + text.dropFirst() : text
        }
        return Self.stem + text[dot...]
    }
}

extension String {
    /// All but the unreserved characters of RFC 3986 section 2.3 as `%XX`, which is what RFC 8187 wants.
    fileprivate var percentEncoded: String {
        utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
            default: String(format: "%%%02X", byte)
            }
        }.joined()
    }
}
