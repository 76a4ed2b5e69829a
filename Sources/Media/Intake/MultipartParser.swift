import NIOCore

/// Finds the one part named `file` in a `multipart/form-data` body (RFC 7578) that arrives in pieces.
///
/// A pure state machine: bytes in, actions out. It holds back at most a delimiter's length, or one part's headers.
package struct MultipartParser {
    /// Bytes of one part's headers.
    static let headerLimit = 8_192
    /// Bytes in all that are not the file's: preamble, other parts, epilogue.
    static let skippedLimit = 65_536

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
        /// The line of a boundary goes on with something else.
        case malformedBoundary
        /// More than ``MultipartParser/skippedLimit`` bytes that are not the file's.
        case tooMuchBesides
        case secondFile
        case noFile
        /// The body ends before the form does.
        case truncated
    }

    private enum State: Equatable {
        /// Before the first boundary, in a part that is not the file, or in the file.
        case content(isFile: Bool)
        /// Right after a delimiter, or after blanks behind it.
        case boundaryEnd(isPadded: Bool)
        case headers
        case epilogue
    }

    private let delimiter: [UInt8]
    private var state = State.content(isFile: false)
    private var held: ByteBuffer
    private var skippedByteCount = 0
    private var hasFile = false

    package init(boundary: MultipartBoundary) {
        delimiter = Array("\r\n--".utf8) + boundary.bytes
        // The first boundary may be the body's first bytes, without the line end that belongs to the others.
        held = ByteBuffer(string: "\r\n")
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
    /// - Throws: ``Failure/truncated`` when the form's last boundary has not come.
    package func finish() throws(Failure) {
        guard state == .epilogue else { throw .truncated }
    }

    /// One step; false when more bytes are needed.
    private mutating func step(_ actions: inout [Action]) throws(Failure) -> Bool {
        switch state {
        case .content(let isFile): try readContent(isFile: isFile, &actions)
        case .boundaryEnd(let isPadded): try readBoundaryEnd(isPadded: isPadded, &actions)
        case .headers: try readHeaders(&actions)
        case .epilogue: try skipEpilogue()
        }
    }

    private mutating func readContent(isFile: Bool, _ actions: inout [Action]) throws(Failure) -> Bool {
        let (length, isComplete) = held.lengthBefore(delimiter)
        if let content = held.readSlice(length: length), length > 0 {
            if isFile { actions.append(.bytes(content)) } else { try skip(length) }
        }
        guard isComplete else { return false }
        held.moveReaderIndex(forwardBy: delimiter.count)
        state = .boundaryEnd(isPadded: false)
        return true
    }

    /// After a boundary come `--`, or blanks and the end of the line (RFC 2046 section 5.1.1, "transport-padding").
    private mutating func readBoundaryEnd(isPadded: Bool, _ actions: inout [Action]) throws(Failure) -> Bool {
        if !isPadded, held.starts(with: "--") {
            guard hasFile else { throw .noFile }
            actions.append(.done)
            state = .epilogue
            return true
        }
        while let byte = held.getInteger(at: held.readerIndex, as: UInt8.self), byte == 0x20 || byte == 0x09 {
            held.moveReaderIndex(forwardBy: 1)
            state = .boundaryEnd(isPadded: true)
            try skip(1)
        }
        guard held.readableBytes >= 2 else { return false }
        guard held.starts(with: "\r\n") else { throw .malformedBoundary }
        // The line end stays: it may be half of the empty line that ends no headers at all.
        state = .headers
        return true
    }

    private mutating func readHeaders(_ actions: inout [Action]) throws(Failure) -> Bool {
        let end = Array("\r\n\r\n".utf8)
        let (length, isComplete) = held.lengthBefore(end)
        guard length <= Self.headerLimit else { throw .headersTooLong }
        guard isComplete else { return false }
        let headers = try PartHeaders(held.readString(length: length) ?? "")
        held.moveReaderIndex(forwardBy: end.count)
        let isFile = headers.name == "file"
        state = .content(isFile: isFile)
        guard isFile else {
            try skip(length)
            return true
        }
        guard !hasFile else { throw .secondFile }
        hasFile = true
        actions.append(.partHeaders(filename: headers.filename, contentType: headers.contentType))
        return true
    }

    private mutating func skipEpilogue() throws(Failure) -> Bool {
        try skip(held.readableBytes)
        held.clear()
        return false
    }

    private mutating func skip(_ count: Int) throws(Failure) {
        skippedByteCount += count
        guard skippedByteCount <= Self.skippedLimit else { throw .tooMuchBesides }
    }
}
