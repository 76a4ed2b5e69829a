import Chat
import NIOCore

/// A live connection from which a request polls batches: server-sent events and long polling.
final class PollingConnection: Subscriber {
    struct Limits: Sendable {
        /// Limits for batches that wait behind the first one for a slow reader, without frames.
        var backlog = Backlog.Limits()
        /// Time that a reader may leave batches waiting.
        var silence = TimeAmount.seconds(60)
    }

    /// The result of a poll.
    enum PollResult {
        case batches([EncodedBatch])
        case nothing
        /// The connection has been closed, and everything has been taken.
        case closed
    }

    let userID: User.ID
    let sessionID: Session.ID
    let transport: LiveTransport
    /// When the connection was opened: its client sends nothing more.
    let lastActivity: NIODeadline
    private(set) var isOpen = true
    private let hub: Hub
    private let limits: Limits
    private let cut: () -> Void
    private var pending: [EncodedBatch] = []
    private var backlog = Backlog()
    private var reader: ((PollResult) -> Void)?
    private var timeout: Scheduled<Void>?
    private var lastPoll: NIODeadline

    /// - Parameter cut: Closes the channel of a reader that is stuck.
    init(_ session: Session, transport: LiveTransport, hub: Hub, limits: Limits, cut: @escaping () -> Void) {
        userID = session.userID
        sessionID = session.id
        self.transport = transport
        self.hub = hub
        self.limits = limits
        self.cut = cut
        lastPoll = hub.loop.now
        lastActivity = hub.loop.now
    }

    var isCaughtUp: Bool { pending.isEmpty }

    /// The transports announce it in their responses.
    func welcome(_ welcome: Welcome) {}

    func deliver(_ batch: EncodedBatch) {
        guard isOpen else { return }
        // A single batch may exceed the limit; only what piles up behind it counts.
        if !pending.isEmpty {
            guard backlog.add(events: batch.events.count, bytes: batch.byteCount, limits: limits.backlog) else {
                return close(.tooSlow)
            }
        }
        pending.append(batch)
        answer()
    }

    func deliverTransient(_ batch: EncodedBatch) {
        guard pending.isEmpty || hasRoom(for: batch) else { return }
        deliver(batch)
    }

    private func hasRoom(for batch: EncodedBatch) -> Bool {
        backlog.hasRoomForTransient(events: batch.events.count, bytes: batch.byteCount, limits: limits.backlog)
    }

    func tick(_ now: NIODeadline) {
        if reader == nil, now - lastPoll >= limits.silence { close(.silent) }
    }

    /// The reader still receives what was delivered before, unless it does not even take that: then its channel is
    /// closed.
    func close(_ reason: CloseReason) {
        guard isOpen else { return }
        isOpen = false
        hub.remove(self)
        if reason == .tooSlow || reason == .silent {
            pending = []
            cut()
        }
        answer()
    }

    /// Gives the reader the next batches, at once or as soon as there are any, or nothing when `time` is up.
    func poll(within time: TimeAmount, then reader: @escaping (PollResult) -> Void) {
        precondition(self.reader == nil, "a connection has one reader")
        lastPoll = hub.loop.now
        self.reader = reader
        timeout = hub.loop.assumeIsolated().scheduleTask(in: time) { self.finishPoll(.nothing) }
        answer()
    }

    /// Disconnects from the hub.
    ///
    /// - Returns: What has been delivered since the last poll, and the position up to which that is everything; nil for
    ///   a connection that was closed before.
    func leave() -> (rest: [EncodedBatch], position: Int64?) {
        hub.flush()
        let wasOpen = isOpen
        isOpen = false
        hub.remove(self)
        let rest = pending
        pending = []
        return (rest, wasOpen ? hub.position : nil)
    }

    private func answer() {
        guard reader != nil else { return }
        if !pending.isEmpty {
            let batches = pending
            pending = []
            backlog.clear()
            finishPoll(.batches(batches))
        } else if !isOpen {
            finishPoll(.closed)
        }
    }

    private func finishPoll(_ result: PollResult) {
        timeout?.cancel()
        lastPoll = hub.loop.now
        let waiting = reader
        reader = nil
        waiting?(result)
    }
}
