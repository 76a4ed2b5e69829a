/// A `Content-Disposition` header field: RFC 6266 on a request or response, RFC 7578 section 4.2 in a form.
package struct ContentDisposition: Equatable, Sendable {
    /// Largest field in bytes; longer ones are not parsed.
    static let lengthLimit = 8_192

    /// Lower case: `attachment`, `inline`, `form-data`.
    package let kind: String
    /// Name of the form field.
    package let name: String?
    /// As sent by the client; to be cleaned with ``Filename`` before any use.
    package let filename: String?

    /// Parses the value of the field; nil when it is malformed. `filename*` takes precedence over `filename` (RFC 6266
    /// section 4.3).
    package init?(_ text: String) {
        guard text.utf8.count <= Self.lengthLimit else { return nil }
        var scanner = HeaderScanner(text)
        guard let kind = scanner.token() else { return nil }
        var parameters: [String: String] = [:]
        while scanner.skip(";") {
            guard let key = scanner.token() else { break }
            guard scanner.skip("="), let value = scanner.value() else { return nil }
            // The first of several is used, which a proxy is likely to have checked.
            parameters[key] = parameters[key] ?? value
        }
        guard scanner.isAtEnd else { return nil }
        self.kind = kind
        name = parameters["name"]
        let isForm = kind == "form-data"
        filename =
            parameters["filename*"].flatMap(Self.decodeExtended)
            ?? parameters["filename"].map { EncodedWords.decoded(isForm ? Self.decodeFormEscapes($0) : $0) }
    }

    /// Browsers escape only three characters of names in forms, and not the percent sign (HTML Standard,
    /// "multipart/form-data encoding algorithm").
    private static func decodeFormEscapes(_ text: String) -> String {
        text.replacing("%22", with: "\"").replacing("%0A", with: "\n").replacing("%0D", with: "\r")
    }

    /// RFC 8187 section 3.2: charset, language, then percent-encoded bytes. ISO 8859-1 is from its predecessor, RFC
    /// 5987.
    private static func decodeExtended(_ text: String) -> String? {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = [UInt8](percentEscaped: parts[2].utf8, escape: UInt8(ascii: "%")) else {
            return nil
        }
        switch parts[0].lowercased() {
        case "utf-8": return String(validating: bytes, as: UTF8.self)
        case "iso-8859-1": return String(latin1: bytes)
        default: return nil
        }
    }
}
