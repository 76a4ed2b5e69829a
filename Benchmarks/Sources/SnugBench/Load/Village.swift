import Foundation
import NIOCore
import Synchronization

/// A room of the run with its members; the first one owns it.
struct Room: Decodable, Sendable {
    let id: String
    let members: [Person]
}

/// Everybody who takes part, in rooms of equal size.
struct Village: Sendable {
    let rooms: [Room]

    func room(of message: Int) -> Room {
        rooms[message % rooms.count]
    }

    func speaker(of message: Int) -> Person {
        let members = room(of: message).members
        return members[message / rooms.count % members.count]
    }

    /// Everybody in rooms of a new database, without the minutes that registering takes: see `Town`.
    static func settle(rooms: Int, members: Int, on stage: Stage) async throws -> Village {
        let town = try await Town.settle(
            stage.product,
            rooms: rooms,
            members: members,
            messages: 0,
            group: stage.group
        )
        return Village(rooms: town.halls)
    }

    /// Registers everybody and fills the rooms. Hashing a thousand passwords keeps one core busy for minutes.
    static func found(_ plan: Plan, port: Int, group: any EventLoopGroup, progress: Progress) async throws -> Village {
        let total = plan.rooms * plan.members
        let registered = Mutex([Person?](repeating: nil, count: total))
        let run = UUID().uuidString.prefix(6).lowercased()
        try await onLanes(total, port: port, group: group) { client, number in
            let person = try await client.register("bench-\(run)-\(number)")
            let count = registered.withLock { registered in
                registered[number] = person
                return registered.count { $0 != nil }
            }
            if count.isMultiple(of: 100) { progress.say("\(count) of \(total) people are registered") }
        }
        let people = registered.withLock { $0.compactMap { $0 } }
        return try await settle(people, plan, port: port, group: group)
    }

    private static func settle(
        _ people: [Person],
        _ plan: Plan,
        port: Int,
        group: any EventLoopGroup
    ) async throws -> Village {
        let rooms = Mutex([Room?](repeating: nil, count: plan.rooms))
        try await onLanes(plan.rooms, port: port, group: group) { client, number in
            let members = Array(people[(number * plan.members)..<((number + 1) * plan.members)])
            let id = try await client.makeRoom("Room \(number)", owner: members[0])
            for member in members.dropFirst() { try await client.addMember(member, to: id, by: members[0]) }
            rooms.withLock { $0[number] = Room(id: id, members: members) }
        }
        return Village(rooms: rooms.withLock { $0.compactMap { $0 } })
    }

    /// Does numbered work on a few connections.
    private static func onLanes(
        _ count: Int,
        port: Int,
        group: any EventLoopGroup,
        work: @escaping @Sendable (ChatClient, Int) async throws -> Void
    ) async throws {
        let lanes = 4
        try await withThrowingDiscardingTaskGroup { tasks in
            for lane in 0..<lanes {
                tasks.addTask {
                    let client = ChatClient(port: port, group: group)
                    for number in stride(from: lane, to: count, by: lanes) { try await work(client, number) }
                    await client.close()
                }
            }
        }
    }
}
