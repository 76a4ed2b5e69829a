import Foundation

/// The file name of a download.
struct DownloadName {
    /// Replaces the part before the extension if it has no ASCII letter or digit.
    private static let stem = "file"

    /// The name of the upload.
    let name: String

    init(_ name: String) { self.name = name }

    /// The `Content-Disposition` with the full name, and with an ASCII name for programs such as `curl -OJ` that do not
    /// read the other (RFC 6266 section 4.3).
    var contentDisposition: String {
        "attachment; filename=\"\(ascii)\"; filename*=UTF-8''\(name.percentEncoded)"
    }

    /// The name in characters that need no escapes in a quoted string, a file system or a shell: letters without
    /// accents, and `_` for each run of other characters.
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

    /// Quotes and escapes of header fields, path separators, and characters that file systems reject (RFC 6266 appendix
    /// D, RFC 9110 section 5.6.4).
    private static let reserved: Set<Unicode.Scalar> = ["\"", "\\", "%", "/", ":", "*", "?", "<", ">", "|"]

    /// Replaces a name without letters or digits, and the leading dot of a name, which would hide the file.
    private func withStem(_ text: String) -> String {
        let dot = text.lastIndex(of: ".") ?? text.endIndex
        if text[..<dot].contains(where: { $0.isLetter || $0.isNumber }) {
            return text.hasPrefix(".") ? "_" + text.dropFirst() : text
        }
        return Self.stem + text[dot...]
    }
}

extension String {
    /// Escapes all but the unreserved characters of RFC 3986 section 2.3 as `%XX`, as RFC 8187 requires.
    fileprivate var percentEncoded: String {
        utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
            default: String(format: "%%%02X", byte)
            }
        }.joined()
    }
}
