import SnugClient
import TestSupport
import Testing

@Suite("Repeated requests", .timeLimit(.standard))
struct RepeatedRequestTests {
    @Test(
        "I3: the same request with the same key gives the first answer and creates nothing",
        arguments: KeyedPost.allCases
    )
    func again(post: KeyedPost) async throws {
        try await KeyedPost.World.with { world in
            let first = try await world.post(post).expect(post.status)
            #expect(!first.isReplayed)
            let rows = try world.rows()
            let again = try await world.post(post).expect(post.status)
            #expect(again.isReplayed)
            // A picture may have been rendered in the meantime.
            #expect(post == .retry ? again.json.id == first.json.id : again.json == first.json)
            #expect(try world.rows() == rows)
        }
    }

    @Test("I3: another request with the same key is a mismatch and changes nothing", arguments: KeyedPost.allCases)
    func mismatch(post: KeyedPost) async throws {
        try await KeyedPost.World.with { world in
            _ = try await world.post(post).expect(post.status)
            let rows = try world.rows()
            let answer = try await world.post(post, isOther: true)
            #expect(answer.isProblem(422, "idempotency_mismatch"))
            #expect(answer.json.field == "Idempotency-Key")
            #expect(try world.rows() == rows)
        }
    }

    @Test("A key used in one room is a mismatch in another")
    func otherRoom() async throws {
        try await KeyedPost.World.with { world in
            _ = try await world.post(.message).expect(201)
            let other = try await world.ada.makeRoom()
            let answer = try await world.ada.post("rooms/\(other.id.text)/messages", ["body": "Once"], key: "key")
            #expect(answer.isProblem(422, "idempotency_mismatch"))
        }
    }

    @Test("Keys are separate for each route and each person")
    func otherRouteOrPerson() async throws {
        try await KeyedPost.World.with { world in
            for post in KeyedPost.allCases where post != .directRoom {
                let answer = try await world.post(post).expect(post.status)
                #expect(!answer.isReplayed)
            }
            let (path, body) = KeyedPost.message.request(in: world)
            let bobs = try await world.bob.post(path, body, key: "key").expect(201)
            #expect(!bobs.isReplayed && bobs.json.sender.id.text == world.bob.id)
        }
    }

    @Test("I3: of twenty concurrent requests one is carried out; the others are rejected or get its answer")
    func together() async throws {
        try await KeyedPost.World.with { world in
            let answers = try await twenty { try await world.post(.message) }
            let done = answers.filter { $0.status == 201 }
            let replays = done.filter(\.isReplayed)
            #expect(replays.count == done.count - 1)
            #expect(Set(done.map(\.json.id)).count == 1)
            for answer in answers where answer.status != 201 { #expect(answer.isProblem(409, "conflict")) }
            #expect(try world.rows()["messages"] == 1)
        }
    }

    @Test("A refused request does not use its key")
    func refused() async throws {
        try await KeyedPost.World.with { world in
            let path = world.path + "/messages"
            #expect(try await world.ada.post(path, ["body": ""], key: "key").isProblem(422, "invalid"))
            #expect(try await world.ada.post(path, ["body": 7], key: "key").isProblem(422, "invalid"))
            let mended = try await world.ada.post(path, ["body": "Once"], key: "key").expect(201)
            #expect(!mended.isReplayed)
        }
    }

    @Test("A repeated request for a deleted resource is answered with 410 and creates nothing")
    func gone() async throws {
        try await KeyedPost.World.with { world in
            let room = try await world.post(.room).expect(201).json
            #expect(try await world.ada.delete("rooms/\(room.id.text)").status == 204)
            let rows = try world.rows()
            #expect(try await world.post(.room).isProblem(410, "gone"))
            #expect(try world.rows() == rows)
        }
    }

    @Test("I8: a body with a key has the same limit as any other")
    func largeBody() async throws {
        try await KeyedPost.World.with { world in
            let body: JSON = ["body": .string(String(repeating: "x", count: 70_000))]
            let answer = try await world.ada.post(world.path + "/messages", body, key: "key")
            #expect(answer.isProblem(413, "too_large"))
        }
    }
}
