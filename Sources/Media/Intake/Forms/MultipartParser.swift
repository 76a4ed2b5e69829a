import NIOCore

/// Finds the one part named `file` in a `multipart/form-data` body (RFC 7578) that arrives in pieces.
///
/// A pure state machine: bytes in, actions out. It holds back at most a delimiter's length, or one part's headers.
///
/// Lines end with CRLF, by the RFC; clients that end them with LF are understood. How those around the file end is
/// taken from the lines before it, so that a file may end with CR or LF and keeps it.
package struct MultipartParser {
    /// Bytes of one part's headers.
    static let headerLimit = 8_192
    /// Bytes in all that are not the file's: preamble, boundaries, other parts, epilogue.
    static let skippedLimit = 65_536
    /// Blanks between a boundary and the end of its line (RFC 2046 section 5.1.1, "transport-padding").
    static let paddingLimit = 256

    package enum Action: Equatable {
        /// The file's part begins. Names as the client wrote them.
        case partHeaders(filename: String?, contentType: String?)
        /// The file's next bytes; never empty.
        case bytes(ByteBuffer)
        /// The file is complete, and so is the form.
        case done
    }

    package enum Failure: Error, Equatable {
        case headersTooLong
        case malformedHeaders
        /// The file's bytes are encoded: the header field and its value.
        case encoded(field: String, value: String)
        /// More than ``MultipartParser/skippedLimit`` bytes that are not the file's.
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
        // The first boundary may be the body's first bytes, without the line end that belongs to the others.
        held = ByteBuffer(string: "\n")
    }

    /// Takes the next bytes of the body.
    package mutating func feed(_ chunk: ByteBuffer) throws(Failure) -> [Action] {
        var actions: [Action] = []
        held.writeImmutableBuffer(chunk)
        while try step(&actions) {}
        held.discardReadBytes()
        return actions
    }

    /// To be called at the end of the body.
    /// - Returns: what had been held back.
    /// - Throws: ``Failure/truncated`` or ``Failure/noBoundary`` when the form's last boundary has not come.
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

    /// - Parameter ends: the form's line ends; nil for content that is not the file's.
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
                // A line that goes on with something else is none of the form's.
                offset = length + 1
            case .found(let count, let isLast):
                try take(content, isFile: ends != nil, &actions)
                try readBoundary(length: length - content + delimiter.count + count, isLast: isLast, &actions)
                return true
            }
        }
    }

    /// Some clients end a form of CRLF lines with a last boundary on a line of its own behind a bare LF. In the middle of
    /// the body that would be content; at its end it is taken for what it is.
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

    /// After a boundary come `--`, or blanks and the end of the line.
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
