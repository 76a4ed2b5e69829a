import Chat
import NIOCore

/// A live connection whose transport takes what there is for it when it can: server-sent events and long polling.
final class PulledConnection: LiveConnection {
    struct Limits: Sendable {
        /// Texts that may wait for a slow reader behind those that it is being given, and their bytes.
        var outboxTexts = 256
        var outboxBytes = 1 << 20
        /// Time that a reader may leave something lying.
        var silence = TimeAmount.seconds(60)
        /// Between two signs of life on a stream where nothing happens.
        var comment = TimeAmount.seconds(20)
    }

    /// What comes of a wish for more.
    enum Pull {
        case batches([LiveBatch])
        case nothing
        case closed
    }

    let userID: User.ID
    let sessionID: Session.ID
    /// When it was opened: its client sends nothing more.
    let lastHeard: NIODeadline
    var seats: [LiveRoom.Seat] = []
    var dueFlushes: [LiveRoom.Flush] = []
    private(set) var isOpen = true
    private let hub: Hub
    private let limits: Limits
    private let cut: () -> Void
    private var pending: [LiveBatch] = []
    private var backlog = (texts: 0, bytes: 0)
    private var reader: ((Pull) -> Void)?
    private var timeout: Scheduled<Void>?
    private var lastPull: NIODeadline

    /// - Parameter cut: Ends the connection under a reader that is stuck.
    init(_ session: Session, hub: Hub, limits: Limits, cut: @escaping () -> Void) {
        userID = session.userID
        sessionID = session.id
        self.hub = hub
        self.limits = limits
        self.cut = cut
        lastPull = hub.loop.now
        lastHeard = hub.loop.now
    }

    var isCaughtUp: Bool { pending.isEmpty }

    func welcome(_ welcome: Welcome) {}

    func deliver(_ batch: LiveBatch) {
        guard isOpen else { return }
        // What is given at once must be taken as it is; only what comes while it lies there counts.
        if !pending.isEmpty {
            backlog.texts += batch.texts.count
            backlog.bytes += batch.byteCount
            guard backlog.texts <= limits.outboxTexts, backlog.bytes <= limits.outboxBytes else {
                return close(.tooSlow)
            }
        }
        pending.append(batch)
        answer()
    }

    func signal(_ batch: LiveBatch) {
        guard pending.isEmpty || hasRoom(for: batch) else { return }
        deliver(batch)
    }

    /// Signals get no more than half of the outbox.
    private func hasRoom(for batch: LiveBatch) -> Bool {
        (backlog.texts + batch.texts.count) * 2 <= limits.outboxTexts
            && (backlog.bytes + batch.byteCount) * 2 <= limits.outboxBytes
    }

    func tick(_ now: NIODeadline) {
        if reader == nil, now - lastPull >= limits.silence { close(.silent) }
    }

    /// Ends with what has been given already; a reader that does not even take that is cut off.
    func close(_ reason: LiveClosure) {
        guard isOpen else { return }
        isOpen = false
        hub.remove(self)
        if reason == .tooSlow || reason == .silent {
            pending = []
            cut()
        }
        answer()
    }

    /// Gives the next batches, at once or as soon as there are any, but nothing when `time` is up.
    func pull(within time: TimeAmount, then reader: @escaping (Pull) -> Void) {
        precondition(self.reader == nil, "a connection has one reader")
        lastPull = hub.loop.now
        self.reader = reader
        timeout = hub.loop.assumeIsolated().scheduleTask(in: time) { self.end(.nothing) }
        answer()
    }

    /// Lets go of the hub.
    ///
    /// - Returns: What came since the last pull, and the position up to which that is everything; nil for a connection
    ///   that has been closed before.
    func leave() -> (rest: [LiveBatch], position: Int64?) {
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
            backlog = (0, 0)
            end(.batches(batches))
        } else if !isOpen {
            end(.closed)
        }
    }

    private func end(_ pull: Pull) {
        timeout?.cancel()
        lastPull = hub.loop.now
        let waiting = reader
        reader = nil
        waiting?(pull)
    }
}
