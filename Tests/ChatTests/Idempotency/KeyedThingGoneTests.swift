import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Repeats for deleted resources", .timeLimit(.standard))
struct KeyedThingGoneTests {
    @Test("A deleted room is gone")
    func room() async throws {
        try await KeyedWorld.with { world in
            let store = world.chat.store
            let room = try await store.rooms.create(
                kind: .public,
                name: "New",
                topic: nil,
                owner: world.ada,
                request: world.request()
            )
            try await store.rooms.delete(room.room.id, by: world.ada)
            #expect(await refusal { try await world.make(.room, world.request()) } == .gone)
        }
    }

    @Test("I7: A private room that its creator has left is gone for them")
    func leftRoom() async throws {
        try await KeyedWorld.with { world in
            let store = world.chat.store
            let room = try await store.rooms.create(
                kind: .private,
                name: "New",
                topic: nil,
                owner: world.ada,
                request: world.request()
            ).room.id
            _ = try await world.chat.add(world.bob, to: room, role: .owner, by: world.ada)
            try await store.rooms.removeMember(world.ada, from: room, by: world.ada)
            #expect(await refusal { try await world.make(.room, world.request()) } == .gone)
        }
    }

    @Test("A repeat does not re-add a member who has left")
    func member() async throws {
        try await KeyedWorld.with { world in
            _ = try await world.make(.member, world.request())
            try await world.chat.store.rooms.removeMember(world.bob, from: world.room, by: world.bob)
            #expect(await refusal { try await world.make(.member, world.request()) } == .gone)
        }
    }

    @Test("I7: After leaving the room, a repeat does not return the added member")
    func leftAfterAdding() async throws {
        try await KeyedWorld.with { world in
            let store = world.chat.store
            _ = try await store.rooms.addMember(
                world.bob,
                to: world.room,
                role: .owner,
                by: world.ada,
                request: world.request()
            )
            try await store.rooms.removeMember(world.ada, from: world.room, by: world.ada)
            #expect(await refusal { try await world.make(.member, world.request()) } == .gone)
        }
    }

    @Test("A repeat of a deleted upload is gone, and remains so when its row is removed")
    func upload() async throws {
        try await KeyedWorld.with { world in
            _ = try await world.make(.upload, world.request())
            let attachments = world.chat.store.attachments
            let ids = try await attachments.unattached(before: world.chat.clock.now + .seconds(1), limit: 10)
            for id in ids where id != world.picture { try await attachments.delete(id, by: world.ada) }
            #expect(await refusal { try await world.make(.upload, world.request()) } == .gone)
            try await attachments.deleteRows(of: attachments.deleted(limit: 10).map(\.id))
            #expect(await refusal { try await world.make(.upload, world.request()) } == .gone)
        }
    }

    @Test("I7: After a removal from the room, a repeat returns nothing")
    func removedFromRoom() async throws {
        try await KeyedWorld.with { world in
            let store = world.chat.store
            let request = world.request(of: world.bob)
            _ = try await store.rooms.addMember(world.bob, to: world.room, role: .member, by: world.bob)
            _ = try await store.messages.post(Draft(body: "once"), in: world.room, by: world.bob, request: request)
            try await store.rooms.removeMember(world.bob, from: world.room, by: world.ada)
            let refused = await refusal {
                try await store.messages.post(Draft(body: "once"), in: world.room, by: world.bob, request: request)
            }
            #expect(refused == .notFound)
        }
    }
}
