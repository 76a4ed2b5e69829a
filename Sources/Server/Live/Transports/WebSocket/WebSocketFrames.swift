import Foundation
import NIOCore
import NIOWebSocket

/// The format of the text messages of a WebSocket endpoint. An endpoint with another protocol on top of WebSocket has
/// its own format and shares everything else.
protocol WebSocketMessages: Sendable {
    /// A frame that requires the client to respond.
    var ping: ByteBuffer { get }

    /// The frames of a batch, which all connections of the endpoint share. Called on the hub's event loop.
    func frames(of batch: EncodedBatch) -> ByteBuffer
    func frames(of frame: ServerFrame) -> ByteBuffer
    func hello(in message: ByteBuffer) throws -> ClientFrame.Hello
    func request(in message: ByteBuffer) throws(BadFrame) -> ClientRequest
}

/// Every message is one JSON object.
struct JSONMessages: WebSocketMessages {
    let encoding: JSONEncoding
    let ping = ByteBuffer.webSocketFrame(.ping, ByteBuffer())

    func frames(of batch: EncodedBatch) -> ByteBuffer {
        batch.frames(as: WebSocketJSONFrames.self)
    }

    func frames(of frame: ServerFrame) -> ByteBuffer {
        .webSocketFrame(.text, encoding.json(frame).buffer)
    }

    func hello(in message: ByteBuffer) throws -> ClientFrame.Hello {
        try JSONText.decode(from: Data(buffer: message))
    }

    func request(in message: ByteBuffer) throws(BadFrame) -> ClientRequest {
        try ClientRequest(json: message)
    }
}

/// Every event is one text frame with its JSON.
enum WebSocketJSONFrames: FrameFormat {
    static func append(_ event: EncodedEvent, to frames: inout ByteBuffer) {
        frames.writeWebSocketFrame(.text, event.json)
    }
}

extension ByteBuffer {
    /// Appends a complete, final, unmasked server frame (RFC 6455 section 5.2).
    fileprivate mutating func writeWebSocketFrame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        let size = payload.readableBytes
        reserveCapacity(minimumWritableBytes: size + 10)
        writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        switch size {
        case ..<126: writeInteger(UInt8(size))
        case ..<65_536: writeMultipleIntegers(UInt8(126), UInt16(size))
        default: writeMultipleIntegers(UInt8(127), UInt64(size))
        }
        writeImmutableBuffer(payload)
    }

    static func webSocketFrame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeWebSocketFrame(opcode, payload)
        return frame
    }
}

/// Joins the frames of a client into messages, and checks them against the protocol and the limits (RFC 6455 section
/// 5.4).
struct FrameAssembler {
    enum Outcome: Equatable {
        case nothing
        case text(ByteBuffer)
        case ping(ByteBuffer)
        case pong
        /// The client closes the connection; the payload is its code and reason.
        case closed(ByteBuffer)
        /// The client violates the protocol; the connection is closed with this code (RFC 6455 section 7.4.1).
        case violation(UInt16)
    }

    /// Largest message in bytes; also the limit for a single frame.
    static let maxMessageBytes = 64 * 1024
    private static let protocolError: UInt16 = 1002
    private static let unsupportedData: UInt16 = 1003
    private static let invalidText: UInt16 = 1007
    private static let tooBig: UInt16 = 1009

    /// The beginning of a message whose last fragment has not arrived.
    private var partial: ByteBuffer?

    mutating func accept(_ frame: WebSocketFrame) -> Outcome {
        // No extension has been negotiated, and clients must mask (section 5.1).
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3, frame.maskKey != nil else { return .violation(Self.protocolError) }
        let payload = frame.unmaskedData
        switch frame.opcode {
        case .text, .continuation: return joined(frame.opcode, payload, isFinal: frame.fin)
        case .binary: return .violation(Self.unsupportedData)
        case _ where !frame.fin || payload.readableBytes > 125: return .violation(Self.protocolError)
        case .ping: return .ping(payload)
        case .pong: return .pong
        case .connectionClose: return .closed(payload)
        default: return .violation(Self.protocolError)
        }
    }

    private mutating func joined(_ opcode: WebSocketOpcode, _ payload: ByteBuffer, isFinal: Bool) -> Outcome {
        guard (opcode == .text) == (partial == nil) else { return .violation(Self.protocolError) }
        var message = partial ?? ByteBuffer()
        guard message.readableBytes + payload.readableBytes <= Self.maxMessageBytes else {
            return .violation(Self.tooBig)
        }
        message.writeImmutableBuffer(payload)
        guard isFinal else {
            partial = message
            return .nothing
        }
        partial = nil
        let isText = String(validating: message.readableBytesView, as: UTF8.self) != nil
        return isText ? .text(message) : .violation(Self.invalidText)
    }
}
