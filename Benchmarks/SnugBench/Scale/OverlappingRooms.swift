import SnugClient
import Synchronization

/// People who are in many rooms each, and share each of these with others. Made over HTTP.
struct OverlappingRooms: Sendable {
    static let peopleCount = 50
    static let membersPerRoom = 20
    static let roomCount = 250
    static let roomsPerPerson = roomCount * membersPerRoom / peopleCount

    /// Connections that rooms are made and messages are posted on.
    private static let lanes = 16

    /// The members of each are neighbours in the circle of all people, and begin one further than those of the room before.
    let rooms: [Room]
    private let fixture: ScaleFixture

    /// - Parameter people: As many as ``peopleCount``, who already share a room; strangers would have to accept first.
    static func make(of people: [Person], _ fixture: ScaleFixture) async throws -> OverlappingRooms {
        let made = Mutex([Room?](repeating: nil, count: roomCount))
        try await onLanes(roomCount, fixture) { number, connection in
            let members = (0..<membersPerRoom).map { people[(number + $0) % people.count] }
            let owner = members[0].at(connection)
            let room = try await owner.makeRoom("Room \(number)", with: Array(members.dropFirst()))
            made.withLock { $0[number] = Room(id: room.id.text, members: members) }
        }
        return OverlappingRooms(rooms: made.withLock { $0.compactMap { $0 } }, fixture: fixture)
    }

    /// Posts one message to each room whose number is divisible by `step`. With a step of 2, each person receives messages in
    /// half of their rooms.
    func post(toEvery step: Int) async throws {
        let chosen = stride(from: 0, to: rooms.count, by: step).map { rooms[$0] }
        try await Self.onLanes(chosen.count, fixture) { number, connection in
            let text = "\(MessageMark.text(number)) \(SocketMessages.sentence)"
            let room = chosen[number]
            _ = try await room.members[0].at(connection).postMessage(text, in: room.id).expect(201)
        }
    }

    /// Does numbered work on a few connections.
    private static func onLanes(
        _ count: Int,
        _ fixture: ScaleFixture,
        work: @escaping @Sendable (Int, HTTPConnection) async throws -> Void
    ) async throws {
        try await withThrowingDiscardingTaskGroup { tasks in
            for lane in 0..<lanes {
                tasks.addTask {
                    let connection = HTTPConnection(to: fixture.product.site, on: fixture.loop)
                    for number in stride(from: lane, to: count, by: lanes) { try await work(number, connection) }
                    await connection.close()
                }
            }
        }
    }
}
