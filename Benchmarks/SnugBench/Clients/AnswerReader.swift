import NIOCore

/// Finds the end of an HTTP response in arriving bytes, and keeps only its status. Chunked bodies are not supported.
///
/// NIO's decoder makes an object of each head and each piece, which would cost the load generator as much as a page costs
/// the server.
struct AnswerReader {
    enum Problem: Error {
        case noLength
        case headTooLong
    }

    private static let maxHeadBytes = 8192
    private static let lengthName = Array("content-length:".utf8)

    private var head = ByteBuffer()
    private var status = 0
    /// Bytes of the body that have not arrived yet; nil while the head is incomplete.
    private var missing: Int?

    /// Returns the status when these bytes complete the response.
    mutating func accept(_ bytes: ByteBuffer) throws -> Int? {
        if let missing {
            self.missing = missing - bytes.readableBytes
        } else {
            head.writeImmutableBuffer(bytes)
            try readHead()
        }
        guard let missing, missing <= 0 else { return nil }
        self.missing = nil
        return status
    }

    private mutating func readHead() throws {
        let parsed = head.withUnsafeReadableBytes { bytes -> (status: Int, total: Int?)? in
            guard let end = Self.endOfHead(in: bytes) else { return nil }
            let status = MessageMark.decimal(in: bytes, from: 9, atMost: 3) ?? 0
            return (status, Self.length(in: UnsafeRawBufferPointer(rebasing: bytes[..<end])).map { end + $0 })
        }
        guard let parsed else {
            if head.readableBytes > Self.maxHeadBytes { throw Problem.headTooLong }
            return
        }
        guard let total = parsed.total else { throw Problem.noLength }
        status = parsed.status
        missing = total - head.readableBytes
        head.clear()
    }

    /// The index after the empty line.
    static func endOfHead(in bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 3
        while index < bytes.count {
            if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13 {
                return index + 1
            }
            index += 1
        }
        return nil
    }

    private static func length(in head: UnsafeRawBufferPointer) -> Int? {
        for line in head.split(separator: 10) where line.count > lengthName.count {
            // Setting this bit makes letters lower case and leaves the hyphen and the colon as they are.
            guard zip(line, lengthName).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { continue }
            let digits = line.dropFirst(lengthName.count).drop { $0 == UInt8(ascii: " ") }
            return MessageMark.decimal(in: head, from: digits.startIndex, atMost: 12)
        }
        return nil
    }
}
