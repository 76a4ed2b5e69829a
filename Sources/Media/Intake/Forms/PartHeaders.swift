/// The header fields of one part of a form.
struct PartHeaders {
    /// Name of the form field.
    private(set) var name: String?
    private(set) var filename: String?
    private(set) var contentType: String?
    /// A field that declares the content as encoded, and its value.
    private(set) var encoding: (field: String, value: String)?

    /// Values of `Content-Transfer-Encoding` and `Content-Encoding` for unencoded content.
    private static let plainEncodings: Set<String> = ["", "7bit", "8bit", "binary", "identity"]

    /// - Parameter bytes: the lines between a boundary and the empty line, each ended by CRLF or LF.
    /// - Throws: ``MultipartParser/Failure/malformedHeaders`` for a line without a colon, or a disposition other than
    ///   that of a form field.
    init(_ bytes: some BidirectionalCollection<UInt8>) throws(MultipartParser.Failure) {
        for line in bytes.split(separator: 0x0A) {
            let line = String(utf8OrLatin1: line.last == 0x0D ? line.dropLast() : line[...])
            guard !line.isEmpty else { continue }
            guard let colon = line.firstIndex(of: ":") else { throw .malformedHeaders }
            let value = String(line[line.index(after: colon)...].drop(while: \.isWhitespace))
            let field = line[..<colon].lowercased()
            switch field {
            case "content-disposition": try read(disposition: value)
            case "content-type": contentType = value
            case "content-transfer-encoding", "content-encoding": read(encoding: value, named: field)
            default: break
            }
        }
        guard name != nil else { throw .malformedHeaders }
    }

    private mutating func read(disposition: String) throws(MultipartParser.Failure) {
        guard name == nil, let parsed = ContentDisposition(disposition), parsed.kind == "form-data" else {
            throw .malformedHeaders
        }
        name = parsed.name
        filename = parsed.filename
    }

    private mutating func read(encoding value: String, named field: String) {
        let isPlain = Self.plainEncodings.contains(value.lowercased().filter { !$0.isWhitespace })
        if !isPlain { encoding = encoding ?? (field, value) }
    }
}
