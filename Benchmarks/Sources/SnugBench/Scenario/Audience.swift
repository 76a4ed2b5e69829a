import NIOCore

/// Everybody's open sockets. The first person of each of the first rooms also uploads, and watches for ready pictures.
struct Audience: Sendable {
    let sockets: [LiveSocket]
    let watches: [AttachmentWatch]
    private let ledger: DeliveryLedger
    private let progress: Progress

    static func gather(_ village: Village, ledger: DeliveryLedger, stage: Stage) async throws -> Audience {
        let watches = (0..<min(stage.plan.uploaders, village.rooms.count)).map { _ in
            AttachmentWatch(loop: stage.group.next())
        }
        var sockets: [LiveSocket] = []
        for (number, room) in village.rooms.enumerated() {
            let watch = number < watches.count ? watches[number] : nil
            sockets += try await open(room, ledger: ledger, watch: watch, stage: stage)
        }
        return Audience(sockets: sockets, watches: watches, ledger: ledger, progress: stage.progress)
    }

    private static func open(
        _ room: Room,
        ledger: DeliveryLedger,
        watch: AttachmentWatch?,
        stage: Stage
    ) async throws -> [LiveSocket] {
        try await withThrowingTaskGroup { tasks in
            for (number, person) in room.members.enumerated() {
                tasks.addTask {
                    try await LiveSocket.open(person, port: stage.product.port, group: stage.group) {
                        EventReceiver(ledger: ledger, watch: number == 0 ? watch : nil)
                    }
                }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
    }

    /// Closes every socket, and says how many the server had closed before.
    func leave() async {
        let closedEarly = ledger.outcome.socketsClosed
        if closedEarly > 0 { progress.remark("\(closedEarly) sockets were closed by the server") }
        for socket in sockets { await socket.close() }
    }
}
