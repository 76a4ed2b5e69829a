import NIOCore
import SnugClient

/// Opens the sockets of users in rooms.
struct Connections: Sendable {
    let ledger: RoomLedger
    let fixture: ScaleFixture

    /// Opens a socket for each member of the room.
    func connect(_ room: Room) async throws -> ConnectedRoom {
        ConnectedRoom(id: room.id, sockets: try await open(room.members))
    }

    func open(_ users: some Sequence<Person>) async throws -> [LiveSocket] {
        try await withThrowingTaskGroup { tasks in
            for user in users {
                tasks.addTask {
                    try await LiveSocket.open(user, group: fixture.loop) { RoomReceiver(ledger: ledger) }
                }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
    }

    func close(_ sockets: [LiveSocket]) async {
        for socket in sockets { await socket.close() }
    }
}
