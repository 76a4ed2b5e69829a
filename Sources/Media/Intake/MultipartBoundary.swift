/// What separates the parts of a form (RFC 2046 section 5.1.1).
package struct MultipartBoundary: Equatable, Sendable {
    /// Characters, by the RFC.
    static let lengthLimit = 70

    let bytes: [UInt8]

    /// Reads `multipart/form-data; boundary=…`; nil for another type or a boundary that the RFC does not allow.
    package init?(contentType: String) {
        guard contentType.utf8.count <= ContentDisposition.lengthLimit else { return nil }
        var scanner = HeaderScanner(contentType)
        guard scanner.token() == "multipart", scanner.skip("/"), scanner.token() == "form-data" else { return nil }
        while scanner.skip(";"), let key = scanner.token() {
            guard scanner.skip("="), let value = scanner.value() else { return nil }
            guard key == "boundary" else { continue }
            self.init(value)
            return
        }
        return nil
    }

    init?(_ text: String) {
        bytes = Array(text.utf8)
        guard (1...Self.lengthLimit).contains(bytes.count), bytes.allSatisfy(Self.isAllowed), bytes.last != 0x20
        else { return nil }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "'()+_,-./:=? ".utf8.contains(byte)
        }
    }
}
