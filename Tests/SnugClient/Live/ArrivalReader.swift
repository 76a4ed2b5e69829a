import NIOCore
import NIOWebSocket

/// Passes the frames of one WebSocket on, and answers pings and the close frame.
final class ArrivalReader: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let arrival: AsyncStream<LiveClient.Arrival>.Continuation
    private let automaticReplies: LiveClient.AutomaticReplies

    init(_ arrival: AsyncStream<LiveClient.Arrival>.Continuation, _ automaticReplies: LiveClient.AutomaticReplies) {
        self.arrival = arrival
        self.automaticReplies = automaticReplies
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text: arrival.yield(.text(Array(frame.data.readableBytesView)))
        case .pong: arrival.yield(.pong(Array(frame.data.readableBytesView)))
        case .ping: pinged(frame.data, context)
        case .connectionClose: closed(frame.data, context)
        default: break
        }
    }

    private func pinged(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        arrival.yield(.ping)
        guard automaticReplies.answersPings else { return }
        let pong = WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: payload)
        context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
    }

    private func closed(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        arrival.yield(.closed(payload.getInteger(at: payload.readerIndex)))
        guard automaticReplies.answersClose else { return }
        let close = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: payload)
        context.writeAndFlush(wrapOutboundOut(close), promise: nil)
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrival.finish()
    }
}
