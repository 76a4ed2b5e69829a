/// The delimiter of the parts of a form (RFC 2046 section 5.1.1).
///
/// The RFC allows 70 letters, digits and certain punctuation characters. Existing clients send others (`*****`, `&`,
/// `{}`) and longer ones, so any printable ASCII is accepted.
package struct MultipartBoundary: Equatable, Sendable {
    /// Characters.
    static let lengthLimit = 200

    package enum Failure: Error, Equatable {
        /// The media type is not that of a form.
        case notAForm
        /// There is no `boundary`, or an empty one.
        case missing
        case tooLong(Int)
        case character(Unicode.Scalar)
    }

    let bytes: [UInt8]

    /// Reads `multipart/form-data; boundary=…`.
    package init(contentType: String) throws(Failure) {
        guard contentType.utf8.count <= ContentDisposition.lengthLimit else { throw .notAForm }
        var scanner = HeaderScanner(contentType)
        guard scanner.token() == "multipart", scanner.skip("/"), scanner.token() == "form-data" else { throw .notAForm }
        while scanner.skip(";"), let key = scanner.token() {
            guard scanner.skip("="), let value = scanner.value() else { throw .missing }
            guard key == "boundary" else { continue }
            try self.init(value)
            return
        }
        throw .missing
    }

    init(_ text: String) throws(Failure) {
        guard !text.isEmpty else { throw .missing }
        if let invalid = text.unicodeScalars.first(where: { !(" "..."~").contains($0) }) { throw .character(invalid) }
        bytes = Array(text.utf8)
        guard bytes.count <= Self.lengthLimit else { throw .tooLong(bytes.count) }
    }
}

extension MultipartBoundary.Failure: CustomStringConvertible {
    /// A sentence for the client.
    package var description: String {
        switch self {
        case .notAForm: "Content-Type must be multipart/form-data."
        case .missing: "Content-Type has no boundary."
        case .tooLong(let count):
            "The boundary in Content-Type has \(count) characters; \(MultipartBoundary.lengthLimit) are allowed."
        case .character(let scalar):
            "The boundary in Content-Type has the character U+\(scalar.codePoint); only printable ASCII is allowed."
        }
    }
}

extension Unicode.Scalar {
    /// At least four hex digits, as in U+0041.
    fileprivate var codePoint: String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    }
}
