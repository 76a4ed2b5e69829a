/// A `Content-Disposition` header field: RFC 6266 on a request or response, RFC 7578 section 4.2 in a form.
package struct ContentDisposition: Equatable, Sendable {
    /// Bytes that are looked at; longer fields are not parsed.
    static let lengthLimit = 8_192

    /// Lower case: `attachment`, `inline`, `form-data`.
    package let kind: String
    /// The form field's name.
    package let name: String?
    /// As the client wrote it: to be cleaned with ``Filename`` before any use.
    package let filename: String?

    /// Reads the field's value; nil when it is not one. `filename*` wins over `filename` (RFC 6266 section 4.3).
    package init?(_ text: String) {
        guard text.utf8.count <= Self.lengthLimit else { return nil }
        var scanner = HeaderScanner(text)
        guard let kind = scanner.token() else { return nil }
        var parameters: [String: String] = [:]
        while scanner.skip(";") {
            guard let key = scanner.token() else { break }
            guard scanner.skip("="), let value = scanner.value() else { return nil }
            // The first of two wins: what a proxy in front of us is likely to have checked.
            parameters[key] = parameters[key] ?? value
        }
        guard scanner.isAtEnd else { return nil }
        self.kind = kind
        name = parameters["name"]
        filename = parameters["filename*"].flatMap(Self.decodeExtended) ?? parameters["filename"]
    }

    /// RFC 8187 section 3.2: charset, language, then percent-encoded bytes. UTF-8 is the only charset in use.
    private static func decodeExtended(_ text: String) -> String? {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        var bytes = [UInt8]()
        var rest = parts[2].utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, let value = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
