/// The acknowledged messages, and waits for their number and for their readers.
actor AckLog {
    struct Entry: Equatable {
        let room: String
        let seq: Int
    }

    /// By client message id.
    private var entries: [String: Entry] = [:]
    private var isAborted = false
    private var finishedReaders = 0
    private var isRead = false
    private var readWaiters: [CheckedContinuation<Void, Never>] = []
    private var countWaiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    /// - Returns: False when the message was acknowledged before with another room or number.
    func acknowledge(_ id: String, _ entry: Entry) -> Bool {
        if let known = entries[id] { return known == entry }
        entries[id] = entry
        let reached = countWaiters.filter { $0.count <= entries.count }
        countWaiters.removeAll { $0.count <= entries.count }
        for waiter in reached { waiter.continuation.resume() }
        return true
    }

    /// Waits until this many messages are acknowledged.
    func waitForCount(_ count: Int) async {
        guard entries.count < count, !isAborted else { return }
        await withCheckedContinuation { countWaiters.append((count, $0)) }
    }

    /// The last number of each room once `count` messages are acknowledged; nil before.
    func lastSeqs(of rooms: [String], _ count: Int) -> [String: Int]? {
        guard entries.count == count else { return nil }
        return Dictionary(uniqueKeysWithValues: rooms.map { ($0, messages(in: $0).values.max() ?? 0) })
    }

    /// Counts one more reader that has received everything.
    func finishReader(of readers: Int) {
        finishedReaders += 1
        guard finishedReaders == readers else { return }
        isRead = true
        resumeReadWaiters()
    }

    /// Ends all waits, because another task failed.
    func abort() {
        isAborted = true
        isRead = true
        for waiter in countWaiters { waiter.continuation.resume() }
        countWaiters = []
        resumeReadWaiters()
    }

    private func resumeReadWaiters() {
        for continuation in readWaiters { continuation.resume() }
        readWaiters = []
    }

    /// Waits until all readers have received everything.
    func waitForReaders() async {
        guard !isRead else { return }
        await withCheckedContinuation { readWaiters.append($0) }
    }

    /// The numbers of the messages acknowledged in a room, by client message id.
    func messages(in room: String) -> [String: Int] {
        entries.filter { $0.value.room == room }.mapValues(\.seq)
    }
}
