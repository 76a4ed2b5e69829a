import Fixtures
import SnugClient
import TestSupport
import Testing

@Suite("Attaching", .timeLimit(.standard))
struct AttachingTests {
    @Test("I7: an upload of somebody else is answered with 404 and the field")
    func others() async throws {
        try await withServer { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let file = try await ada.upload(try Fixture.bytes("text.jpg"))
            let room = try await eve.makeRoom()
            let draft: JSON = ["body": "Mine", "attachment_ids": [file.id]]
            let answer = try await eve.post("rooms/\(room.id.text)/messages", draft)
            #expect(answer.isProblem(404, "not_found"))
            #expect(answer.json.field == "attachment_ids")
        }
    }

    @Test("An attachment in use is answered with 409 and the field")
    func used() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let used = try await ada.upload([1, 2])
            _ = try await ada.say("", in: room, with: [used])
            let draft: JSON = ["attachment_ids": [used.id]]
            let answer = try await ada.post("rooms/\(room.id.text)/messages", draft)
            #expect(answer.isProblem(409, "conflict"))
            #expect(answer.json.field == "attachment_ids")
        }
    }
}
