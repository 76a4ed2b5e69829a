import NIOCore

/// Extracts the part named `file` from a `multipart/form-data` body (RFC 7578) that arrives in chunks.
///
/// A pure state machine: bytes in, actions out. It buffers at most the length of a delimiter, or the headers of one
/// part.
///
/// The RFC requires CRLF as line ends; LF is accepted too. The line end after the file is assumed to be that of the
/// lines before it, so that a file may end with CR or LF.
package struct MultipartParser {
    /// Largest headers of one part, in bytes.
    static let headerLimit = 8_192
    /// Most bytes outside of the file: preamble, boundaries, other parts, epilogue.
    static let skippedLimit = 65_536
    /// Most blanks between a boundary and the end of its line (RFC 2046 section 5.1.1, "transport-padding").
    static let paddingLimit = 256

    package enum Action: Equatable {
        /// The part of the file begins. With the names as sent by the client.
        case partHeaders(filename: String?, contentType: String?)
        /// The next bytes of the file; never empty.
        case bytes(ByteBuffer)
        /// The file is complete, and so is the form.
        case done
    }

    package enum Failure: Error, Equatable {
        case headersTooLong
        case malformedHeaders
        /// The file is encoded; with the header field and its value.
        case encoded(field: String, value: String)
        /// More than ``MultipartParser/skippedLimit`` bytes outside of the file.
        case tooMuchBesides
        case secondFile
        case noFile
        /// No line of the body is the boundary.
        case noBoundary
        /// The body ends before the form does.
        case truncated
    }

    private enum State: Equatable {
        /// Before the first boundary, or in a part that is not the file.
        case skipping
        case file(LineEnds)
        case headers
        case epilogue
    }

    private let boundary: [UInt8]
    private var state = State.skipping
    private var held: ByteBuffer
    private var lineEnds = LineEnds()
    private var skippedByteCount = 0
    private var hasFile = false

    package init(boundary: MultipartBoundary) {
        self.boundary = boundary.bytes
        // The first boundary may be at the start of the body, without the line end that precedes the others.
        held = ByteBuffer(string: "\n")
    }

    /// Parses the next bytes of the body.
    package mutating func feed(_ chunk: ByteBuffer) throws(Failure) -> [Action] {
        var actions: [Action] = []
        held.writeImmutableBuffer(chunk)
        while try step(&actions) {}
        held.discardReadBytes()
        return actions
    }

    /// To be called at the end of the body.
    /// - Returns: actions for the buffered bytes.
    /// - Throws: ``Failure/truncated`` or ``Failure/noBoundary`` when the last boundary of the form is missing.
    package mutating func finish() throws(Failure) -> [Action] {
        var actions: [Action] = []
        if case .file(let ends) = state, let end = looseEnds(ends).first(where: held.ends(with:)) {
            passOn(held.readableBytes - end.count, &actions)
            try readBoundary(length: held.readableBytes, isLast: true, &actions)
        }
        guard state == .epilogue else { throw lineEnds.isEmpty ? .noBoundary : .truncated }
        return actions
    }

    /// One step; false when more bytes are needed.
    private mutating func step(_ actions: inout [Action]) throws(Failure) -> Bool {
        switch state {
        case .skipping: try readContent(upTo: Array("\n--".utf8) + boundary, nil, &actions)
        case .file(let ends): try readContent(upTo: Array(ends.delimiterStart.utf8) + boundary, ends, &actions)
        case .headers: try readHeaders(&actions)
        case .epilogue: try skipEpilogue()
        }
    }

    /// - Parameter ends: the line ends of the form; nil for content outside of the file.
    private mutating func readContent(
        upTo delimiter: [UInt8],
        _ ends: LineEnds?,
        _ actions: inout [Action]
    ) throws(Failure) -> Bool {
        var offset = 0
        while true {
            let (length, isComplete) = held.lengthBefore(delimiter, from: offset)
            // Where line ends are mixed, a CR before the delimiter belongs to it.
            let content = ends?.areMixed == true && held.byte(at: length - 1) == 0x0D ? length - 1 : length
            let line = isComplete ? boundaryLineEnd(at: length + delimiter.count) : .incomplete
            switch line {
            case .incomplete:
                let free = max(held.readableBytes - (ends.map(looseEndLength) ?? 0), 0)
                try take(min(content, free), isFile: ends != nil, &actions)
                return false
            case .other:
                // A line that continues with other characters is not a boundary.
                offset = length + 1
            case .found(let count, let isLast):
                try take(content, isFile: ends != nil, &actions)
                try readBoundary(length: length - content + delimiter.count + count, isLast: isLast, &actions)
                return true
            }
        }
    }

    /// Some clients end a form of CRLF lines with a last boundary after a bare LF. In the middle of the body that would
    /// be content; at its end it is accepted as a boundary.
    private func looseEnds(_ ends: LineEnds) -> [[UInt8]] {
        guard ends.areCRLF else { return [] }
        let last = Array("\n--".utf8) + boundary + Array("--".utf8)
        return [last, last + [0x0A], last + [0x0D, 0x0A]]
    }

    private func looseEndLength(_ ends: LineEnds) -> Int { looseEnds(ends).last?.count ?? 0 }

    private enum BoundaryLineEnd {
        case incomplete
        case other
        case found(length: Int, isLast: Bool)
    }

    /// A boundary is followed by `--`, or by blanks and the end of the line.
    private mutating func boundaryLineEnd(at start: Int) -> BoundaryLineEnd {
        var offset = start
        while let byte = held.byte(at: offset), byte == 0x20 || byte == 0x09, offset - start < Self.paddingLimit {
            offset += 1
        }
        switch (held.byte(at: offset), held.byte(at: offset + 1)) {
        case (0x0A, _):
            lineEnds.hasLF = true
            return .found(length: offset + 1 - start, isLast: false)
        case (0x0D, 0x0A):
            lineEnds.hasCRLF = true
            return .found(length: offset + 2 - start, isLast: false)
        case (0x2D, 0x2D) where offset == start: return .found(length: 2, isLast: true)
        case (nil, _), (0x0D, nil): return .incomplete
        case (0x2D, nil) where offset == start: return .incomplete
        default: return .other
        }
    }

    private mutating func readBoundary(length: Int, isLast: Bool, _ actions: inout [Action]) throws(Failure) {
        try skip(length)
        held.moveReaderIndex(forwardBy: length)
        state = isLast ? .epilogue : .headers
        guard isLast else { return }
        guard hasFile else { throw .noFile }
        actions.append(.done)
    }

    private mutating func readHeaders(_ actions: inout [Action]) throws(Failure) -> Bool {
        let end = held.firstEmptyLine
        guard end?.start ?? held.readableBytes <= Self.headerLimit else { throw .headersTooLong }
        guard let end, let block = held.readSlice(length: end.start) else { return false }
        held.moveReaderIndex(forwardBy: end.length)
        if end.length == 2 { lineEnds.hasCRLF = true } else { lineEnds.hasLF = true }
        let headers = try PartHeaders(block.readableBytesView)
        guard headers.name == "file" else {
            state = .skipping
            // The empty line may be the one before the next boundary.
            held.moveReaderIndex(to: held.readerIndex - 1)
            try skip(end.start)
            return true
        }
        guard !hasFile else { throw .secondFile }
        if let (field, value) = headers.encoding { throw .encoded(field: field, value: value) }
        hasFile = true
        state = .file(lineEnds)
        actions.append(.partHeaders(filename: headers.filename, contentType: headers.contentType))
        return true
    }

    private mutating func skipEpilogue() throws(Failure) -> Bool {
        try skip(held.readableBytes)
        held.clear()
        return false
    }

    private mutating func take(_ length: Int, isFile: Bool, _ actions: inout [Action]) throws(Failure) {
        if isFile { return passOn(length, &actions) }
        try skip(length)
        held.moveReaderIndex(forwardBy: length)
    }

    private mutating func passOn(_ length: Int, _ actions: inout [Action]) {
        if length > 0, let content = held.readSlice(length: length) { actions.append(.bytes(content)) }
    }

    private mutating func skip(_ count: Int) throws(Failure) {
        skippedByteCount += count
        guard skippedByteCount <= Self.skippedLimit else { throw .tooMuchBesides }
    }
}

extension MultipartParser.Failure: CustomStringConvertible {
    /// A sentence for the client.
    package var description: String {
        switch self {
        case .headersTooLong: "The headers of a part are longer than \(MultipartParser.headerLimit) bytes."
        case .malformedHeaders: "The headers of a part are malformed."
        case .encoded(let field, let value):
            "The part of the file has \(field) \(value.prefix(32)); encoded content is not supported."
        case .tooMuchBesides: "The form has more than \(MultipartParser.skippedLimit) bytes besides the file."
        case .secondFile: "The form has more than one file."
        case .noFile: "The form has no part named file."
        case .noBoundary: "The form does not contain the boundary from Content-Type."
        case .truncated: "The form is incomplete."
        }
    }
}

/// The line ends of a form that were read so far.
private struct LineEnds: Equatable {
    var hasLF = false
    var hasCRLF = false

    var isEmpty: Bool { !hasLF && !hasCRLF }
    var areMixed: Bool { hasLF && hasCRLF }
    var areCRLF: Bool { hasCRLF && !hasLF }

    /// The characters before a boundary.
    var delimiterStart: String { areCRLF ? "\r\n--" : "\n--" }
}

extension ByteBuffer {
    /// The first empty line among the readable bytes, and its length: 1 or 2 bytes.
    fileprivate var firstEmptyLine: (start: Int, length: Int)? {
        let view = readableBytesView
        var start = view.startIndex
        while let end = view[start...].firstIndex(of: 0x0A) {
            if end == start || (end == start + 1 && view[start] == 0x0D) {
                return (start - view.startIndex, end + 1 - start)
            }
            start = end + 1
        }
        return nil
    }

    /// The number of readable bytes before `pattern`, searched from `offset`, and whether it was found completely.
    ///
    /// If it was not, bytes at the end that could be its beginning are not counted, so that they can wait for the next
    /// chunk.
    fileprivate func lengthBefore(_ pattern: [UInt8], from offset: Int = 0) -> (length: Int, isComplete: Bool) {
        let view = readableBytesView
        var from = min(view.startIndex + offset, view.endIndex)
        while let start = view[from...].firstIndex(of: pattern[0]) {
            let candidate = view[start...].prefix(pattern.count)
            if candidate.elementsEqual(pattern.prefix(candidate.count)) {
                return (start - view.startIndex, candidate.count == pattern.count)
            }
            from = start + 1
        }
        return (view.count, false)
    }

    /// The readable byte at `offset`; nil if it has not arrived.
    fileprivate func byte(at offset: Int) -> UInt8? {
        offset >= 0 && offset < readableBytes ? getInteger(at: readerIndex + offset) : nil
    }

    /// Whether the readable bytes end with `bytes`.
    fileprivate func ends(with bytes: [UInt8]) -> Bool { readableBytesView.suffix(bytes.count).elementsEqual(bytes) }
}
