import Foundation
import NIOCore

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
