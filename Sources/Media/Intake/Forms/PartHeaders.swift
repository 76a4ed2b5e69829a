/// The header fields of one part of a form.
struct PartHeaders {
    /// The form field.
    private(set) var name: String?
    private(set) var filename: String?
    private(set) var contentType: String?
    /// A field that says that the part's bytes are not the file's own, and its value.
    private(set) var encoding: (field: String, value: String)?

    /// What `Content-Transfer-Encoding` and `Content-Encoding` may say of bytes that are as they are.
    private static let plainEncodings: Set<String> = ["", "7bit", "8bit", "binary", "identity"]

    /// - Parameter bytes: the lines between a boundary and the empty line, each ended by CRLF or LF.
    /// - Throws: ``MultipartParser/Failure/malformedHeaders`` for a line without a colon or a disposition that is not a
    ///   form field's.
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

extension String {
    /// UTF-8, or ISO 8859-1 where the bytes are no UTF-8, as old clients send names of files.
    init(utf8OrLatin1 bytes: some Collection<UInt8>) {
        self = String(validating: bytes, as: UTF8.self) ?? String(latin1: bytes)
    }

    /// ISO 8859-1: each byte is the character of its number.
    init(latin1 bytes: some Sequence<UInt8>) {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        self.init(scalars)
    }
}
