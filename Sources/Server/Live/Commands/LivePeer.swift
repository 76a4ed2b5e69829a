import Chat
import NIOCore

/// The other end of a live connection as commands see it. Transports implement it; all calls are safe outside the event
/// loop, and those that send return at once.
protocol LivePeer: ConnectionHandle {
    /// Reads the first frame in the transport's format.
    func hello(in frame: ByteBuffer) throws -> ClientFrame.Hello
    /// Reads any later frame in the transport's format.
    func request(in frame: ByteBuffer) throws(BadFrame) -> ClientRequest

    /// The connection belongs to the person of this session from now on. It must be called before `connect`.
    func signIn(_ session: Session)
    func send(_ frame: ServerFrame)
    /// Answers a frame that could not be understood; a client that sends too many of them is closed.
    func rejectBadFrame(_ answer: ServerFrame)
    /// The command is finished, and the next one may be submitted.
    func finishedCommand()
}
