import Foundation
import NIOCore
import SnugClient
import Synchronization

/// A room of the run with its members; the first one owns it.
struct Room: Sendable {
    let id: String
    let members: [Person]
}

/// The users of a run, in rooms of equal size.
struct Population: Sendable {
    let rooms: [Room]

    /// Messages go to the rooms in turn.
    func room(of message: Int) -> Room {
        rooms[message % rooms.count]
    }

    func sender(of message: Int) -> Person {
        let members = room(of: message).members
        return members[message / rooms.count % members.count]
    }

    /// Writes the users into a new database, without the minutes that registering takes: see ``Dataset``.
    static func insert(rooms: Int, members: Int, for session: Session) async throws -> Population {
        let dataset = try await Dataset.insert(
            into: session.product,
            rooms: rooms,
            members: members,
            messages: 0,
            group: session.group
        )
        return Population(rooms: dataset.rooms)
    }

    /// Registers the users and fills the rooms. Hashing a thousand passwords keeps one core busy for minutes.
    static func register(for session: Session) async throws -> Population {
        let plan = session.plan
        let total = plan.sockets
        let registered = Mutex([Person?](repeating: nil, count: total))
        let run = UUID().uuidString.prefix(6).lowercased()
        try await onLanes(total, session) { connection, number in
            let person = try await connection.register("bench-\(run)-\(number)")
            let count = registered.withLock { registered in
                registered[number] = person
                return registered.count { $0 != nil }
            }
            if count.isMultiple(of: 100) { session.progress.report("\(count) of \(total) users are registered") }
        }
        return try await makeRooms(for: registered.withLock { $0.compactMap { $0 } }, session)
    }

    private static func makeRooms(for users: [Person], _ session: Session) async throws -> Population {
        let plan = session.plan
        let rooms = Mutex([Room?](repeating: nil, count: plan.rooms))
        try await onLanes(plan.rooms, session) { connection, number in
            let members = users[(number * plan.members)..<((number + 1) * plan.members)].map { $0.at(connection) }
            let room = try await members[0].makeRoom("Room \(number)", with: Array(members.dropFirst()))
            rooms.withLock { $0[number] = Room(id: room.id.text, members: members) }
        }
        return Population(rooms: rooms.withLock { $0.compactMap { $0 } })
    }

    /// Does numbered work on a few connections.
    private static func onLanes(
        _ count: Int,
        _ session: Session,
        work: @escaping @Sendable (HTTPConnection, Int) async throws -> Void
    ) async throws {
        let lanes = 4
        try await withThrowingDiscardingTaskGroup { tasks in
            for lane in 0..<lanes {
                tasks.addTask {
                    try await session.withConnection { connection in
                        for number in stride(from: lane, to: count, by: lanes) { try await work(connection, number) }
                    }
                }
            }
        }
    }
}
