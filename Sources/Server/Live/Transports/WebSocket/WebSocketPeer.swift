import Chat
import NIOCore

/// A WebSocket connection as commands hold it: frames are encoded by the caller, everything else happens on the
/// connection's event loop.
struct WebSocketPeer: LivePeer {
    let transport = LiveTransport.webSocket
    private let context: WebSocketContext
    private let connection: NIOLoopBound<WebSocketConnection>

    private var loop: any EventLoop { connection.eventLoop }

    init(_ connection: WebSocketConnection, in context: WebSocketContext) {
        self.context = context
        self.connection = NIOLoopBound(connection, eventLoop: context.hub.loop)
    }

    func hello(in frame: ByteBuffer) throws -> ClientFrame.Hello {
        try context.messages.hello(in: frame)
    }

    func request(in frame: ByteBuffer) throws(BadFrame) -> ClientRequest {
        try context.messages.request(in: frame)
    }

    func signIn(_ session: Session) {
        loop.execute { connection.value.signIn(session) }
    }

    func connect(from snapshot: ConnectionSnapshot) async -> ConnectResult {
        await withCheckedContinuation { continuation in
            loop.execute {
                context.hub.onLoop.connect(connection.value, from: snapshot) { continuation.resume(returning: $0) }
            }
        }
    }

    func send(_ frame: ServerFrame) {
        let frames = context.messages.frames(of: frame)
        loop.execute { connection.value.send(frames) }
    }

    func rejectBadFrame(_ answer: ServerFrame) {
        let frames = context.messages.frames(of: answer)
        loop.execute { connection.value.rejectBadFrame(frames) }
    }

    func finishedCommand() {
        loop.execute { connection.value.finishedCommand() }
    }

    func close(_ reason: CloseReason) {
        loop.execute { connection.value.close(reason) }
    }
}
