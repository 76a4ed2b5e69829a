import NIOCore
import SnugClient

/// The open sockets of all users. The first user of each of the first rooms also uploads, and waits for ready pictures.
struct Subscribers: Sendable {
    let sockets: [LiveSocket]
    let watches: [AttachmentWatch]
    private let ledger: DeliveryLedger
    private let progress: Progress

    static func connect(
        _ population: Population,
        ledger: DeliveryLedger,
        session: Session
    ) async throws -> Subscribers {
        let watches = (0..<min(session.plan.uploaders, population.rooms.count)).map { _ in
            AttachmentWatch(loop: session.group.next())
        }
        var sockets: [LiveSocket] = []
        for (number, room) in population.rooms.enumerated() {
            let watch = number < watches.count ? watches[number] : nil
            sockets += try await open(room, ledger: ledger, watch: watch, session: session)
        }
        return Subscribers(sockets: sockets, watches: watches, ledger: ledger, progress: session.progress)
    }

    private static func open(
        _ room: Room,
        ledger: DeliveryLedger,
        watch: AttachmentWatch?,
        session: Session
    ) async throws -> [LiveSocket] {
        try await withThrowingTaskGroup { tasks in
            for (number, member) in room.members.enumerated() {
                tasks.addTask {
                    try await LiveSocket.open(member, group: session.group) {
                        EventReceiver(ledger: ledger, watch: number == 0 ? watch : nil)
                    }
                }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
    }

    /// Closes every socket, and reports how many the server had closed before.
    func disconnect() async {
        let closedEarly = ledger.outcome.socketsClosed
        if closedEarly > 0 { progress.remark("\(closedEarly) sockets were closed by the server") }
        for socket in sockets { await socket.close() }
    }
}
