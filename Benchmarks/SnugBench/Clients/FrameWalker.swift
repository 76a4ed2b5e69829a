import NIOCore

/// Finds frames in the bytes of a server (RFC 6455 section 5.2), which are never masked.
///
/// NIO's decoder, which `LiveClient` uses, makes a buffer and a value for each frame. This one only passes pointers,
/// because the generator receives hundreds of thousands of frames per second on one core.
struct FrameWalker {
    enum Problem: Error {
        case fragmented, tooLarge
    }

    private static let maxPayloadBytes = 8 << 20

    /// The beginning of a frame whose end has not arrived yet.
    private var rest = ByteBuffer()

    /// Calls `visit` with the opcode and the payload of each frame that is complete.
    mutating func walk(_ arrived: ByteBuffer, visit: (UInt8, UnsafeRawBufferPointer) -> Void) throws {
        if rest.readableBytes == 0 { rest = arrived } else { rest.writeImmutableBuffer(arrived) }
        let consumed = try rest.withUnsafeReadableBytes { bytes in
            var offset = 0
            while let frame = try Self.frame(in: UnsafeRawBufferPointer(rebasing: bytes[offset...])) {
                visit(frame.opcode, frame.payload)
                offset += frame.byteCount
            }
            return offset
        }
        rest.moveReaderIndex(forwardBy: consumed)
        if rest.readableBytes == 0 { rest = ByteBuffer() }
    }

    private struct Frame {
        let opcode: UInt8
        let payload: UnsafeRawBufferPointer
        let byteCount: Int
    }

    private static func frame(in bytes: UnsafeRawBufferPointer) throws -> Frame? {
        guard bytes.count >= 2 else { return nil }
        guard bytes[0] & 0x80 != 0 else { throw Problem.fragmented }
        let (headerBytes, length) = try payloadLength(in: bytes)
        guard let length, bytes.count >= headerBytes + length else { return nil }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[headerBytes..<(headerBytes + length)])
        return Frame(opcode: bytes[0] & 0x0F, payload: payload, byteCount: headerBytes + length)
    }

    /// Sizes of the header and the payload; the latter is nil until enough of the header has arrived.
    private static func payloadLength(in bytes: UnsafeRawBufferPointer) throws -> (header: Int, payload: Int?) {
        switch bytes[1] & 0x7F {
        case 126:
            guard bytes.count >= 4 else { return (4, nil) }
            return (4, Int(bytes[2]) << 8 | Int(bytes[3]))
        case 127:
            guard bytes.count >= 10 else { return (10, nil) }
            let length = bytes[2..<10].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard length <= UInt64(maxPayloadBytes) else { throw Problem.tooLarge }
            return (10, Int(length))
        case let small:
            return (2, Int(small))
        }
    }
}

extension ByteBuffer {
    /// A complete frame from a client. RFC 6455 requires a mask; a mask of zeros leaves the payload as it is.
    static func clientFrame(opcode: UInt8, payload: some Sequence<UInt8>) -> ByteBuffer {
        let payload = ByteBuffer(bytes: payload)
        var frame = ByteBuffer()
        frame.writeInteger(0x80 | opcode)
        switch payload.readableBytes {
        case ..<126: frame.writeInteger(0x80 | UInt8(payload.readableBytes))
        case ..<65_536: frame.writeMultipleIntegers(UInt8(0x80 | 126), UInt16(payload.readableBytes))
        default: frame.writeMultipleIntegers(UInt8(0x80 | 127), UInt64(payload.readableBytes))
        }
        frame.writeInteger(UInt32(0))
        frame.writeImmutableBuffer(payload)
        return frame
    }
}
