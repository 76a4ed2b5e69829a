/// The header fields of one part of a form.
struct PartHeaders: Equatable {
    /// The form field.
    private(set) var name: String?
    private(set) var filename: String?
    private(set) var contentType: String?

    /// - Parameter text: the lines between a boundary and the empty line, separated by CRLF.
    /// - Throws: ``MultipartParser/Failure/malformedHeaders`` for a line without a colon or a disposition that is not a
    ///   form field's.
    init(_ text: String) throws(MultipartParser.Failure) {
        for line in text.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { throw .malformedHeaders }
            let value = String(line[line.index(after: colon)...].drop(while: \.isWhitespace))
            switch line[..<colon].lowercased() {
            case "content-disposition": try read(disposition: value)
            case "content-type": contentType = value
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
}
