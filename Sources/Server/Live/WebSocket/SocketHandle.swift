import Chat
import NIOCore

/// A socket as the rest of the server holds it: every call goes to the socket's event loop.
struct SocketHandle: Sendable {
    private let loop: any EventLoop
    private let socket: NIOLoopBound<LiveSocket>

    init(_ socket: LiveSocket, on loop: any EventLoop) {
        self.loop = loop
        self.socket = NIOLoopBound(socket, eventLoop: loop)
    }

    func send(_ json: ByteBuffer) {
        loop.execute { socket.value.send(json) }
    }

    func refuseBadFrame(_ answer: ByteBuffer) {
        loop.execute { socket.value.refuseBadFrame(answer) }
    }

    func close(_ reason: LiveClosure) {
        loop.execute { socket.value.close(reason) }
    }

    func finishedCommand() {
        loop.execute { socket.value.finishedCommand() }
    }

    func admit(_ session: Session, _ entry: LiveEntry) async -> Hub.Admission {
        await withCheckedContinuation { continuation in
            loop.execute { socket.value.admit(session, entry) { continuation.resume(returning: $0) } }
        }
    }
}
