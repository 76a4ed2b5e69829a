/// What has been acknowledged, and signals when there is enough of it.
actor Tally {
    /// By client id: room and number.
    private(set) var acknowledged: [String: Place] = [:]
    private var isOver = false
    private var heard = 0
    private var isHeard = false
    private var ending: [CheckedContinuation<Void, Never>] = []
    private var marks: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    struct Place: Equatable {
        let room: String
        let seq: Int
    }

    /// - Returns: False when it was acknowledged before as something else.
    func acknowledge(_ id: String, _ place: Place) -> Bool {
        if let known = acknowledged[id] { return known == place }
        acknowledged[id] = place
        let reached = marks.filter { $0.count <= acknowledged.count }
        marks.removeAll { $0.count <= acknowledged.count }
        for mark in reached { mark.continuation.resume() }
        return true
    }

    func reach(_ count: Int) async {
        guard acknowledged.count < count, !isOver else { return }
        await withCheckedContinuation { marks.append((count, $0)) }
    }

    /// The newest number of each room once everything has been acknowledged; nil before.
    func ends(of rooms: [String], _ count: Int) -> [String: Int]? {
        guard acknowledged.count == count else { return nil }
        return Dictionary(uniqueKeysWithValues: rooms.map { ($0, messages(in: $0).values.max() ?? 0) })
    }

    /// One more client has heard everything; `wholeIsHeard` returns when all have.
    func heardAll(of clients: Int) {
        heard += 1
        guard heard == clients else { return }
        isHeard = true
        endWaits()
    }

    /// Nobody waits any more: something went wrong elsewhere.
    func giveUp() {
        isOver = true
        isHeard = true
        for mark in marks { mark.continuation.resume() }
        marks = []
        endWaits()
    }

    private func endWaits() {
        for continuation in ending { continuation.resume() }
        ending = []
    }

    func wholeIsHeard() async {
        guard !isHeard else { return }
        await withCheckedContinuation { ending.append($0) }
    }

    /// Numbers of all that was acknowledged in a room, by client id.
    func messages(in room: String) -> [String: Int] {
        acknowledged.filter { $0.value.room == room }.mapValues(\.seq)
    }
}
