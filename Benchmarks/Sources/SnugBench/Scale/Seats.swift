import NIOCore

/// Opens the sockets of people in rooms.
struct Seats: Sendable {
    let ledger: RoomLedger
    let theatre: Theatre

    /// A hall with everybody's socket.
    func fill(_ room: Room) async throws -> Hall {
        Hall(id: room.id, sockets: try await open(room.members))
    }

    func open(_ people: some Sequence<Person>) async throws -> [LiveSocket] {
        try await withThrowingTaskGroup { tasks in
            for person in people {
                tasks.addTask {
                    try await LiveSocket.open(person, port: theatre.product.port, group: theatre.loop) {
                        RoomListener(ledger: ledger)
                    }
                }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
    }

    func close(_ sockets: [LiveSocket]) async {
        for socket in sockets { await socket.close() }
    }
}
