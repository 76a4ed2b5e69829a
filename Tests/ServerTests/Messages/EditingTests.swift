import Fixtures
import SnugClient
import TestSupport
import Testing

@Suite("Editing and deleting", .timeLimit(.standard))
struct EditingTests {
    @Test("An edited message has its new body and the time of the edit")
    func edit() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let message = try await ada.say("Helo", in: try await ada.makeRoom())
            let edited = try await ada.patch(ada.path(of: message), ["body": "Hello"]).expect(200).json
            #expect(edited.body == "Hello")
            #expect(edited.edited_at != nil)
            #expect(edited.seq == message.seq)
            #expect(try await ada.get(ada.path(of: message)).json == edited)
        }
    }

    @Test(
        "An edit follows the rules of a message",
        arguments: [
            (["body": ""], "body"), ([:], "body"), (["body": 1], "body"),
            (["body": .string(String(repeating: "x", count: 2049))], "body"),
        ] as [(JSON, String)]
    )
    func badEdit(change: JSON, field: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let message = try await ada.say("Hello", in: try await ada.makeRoom())
            let answer = try await ada.patch(ada.path(of: message), change)
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == .string(field))
            #expect(try await ada.get(ada.path(of: message)).json == message)
        }
    }

    @Test("A deleted message leaves a tombstone without its file")
    func delete() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let file = try await ada.upload(try Fixture.bytes("text.jpg"))
            let message = try await ada.say("Look", in: room, with: [file])
            #expect(try await ada.delete(ada.path(of: message)).status == 204)
            let tombstone = try await ada.get("rooms/\(room.id.text)/messages").json.messages[0]
            #expect(tombstone.id == message.id)
            #expect(tombstone.seq == message.seq)
            #expect(tombstone.body == "")
            #expect(tombstone.attachments == [])
            #expect(tombstone.deleted_at != nil)
            #expect(try await ada.get("attachments/\(file.id.text)").isProblem(404, "not_found"))
            #expect(try await ada.get("attachments/\(file.id.text)/original").isProblem(404, "not_found"))
            #expect(try await ada.delete(ada.path(of: message)).status == 204)
        }
    }

    @Test("A deleted message cannot be edited")
    func editDeleted() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let message = try await ada.say("Hello", in: try await ada.makeRoom())
            #expect(try await ada.delete(ada.path(of: message)).status == 204)
            #expect(try await ada.patch(ada.path(of: message), ["body": "Back"]).isProblem(410, "gone"))
        }
    }

    @Test("An unknown message is not found", arguments: ["nonsense", "01890000-0000-7000-8000-000000000000"])
    func unknown(id: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let path = "rooms/\(try await ada.makeRoom().id.text)/messages/\(id)"
            #expect(try await ada.get(path).isProblem(404, "not_found"))
            #expect(try await ada.patch(path, ["body": "x"]).isProblem(404, "not_found"))
            #expect(try await ada.delete(path).isProblem(404, "not_found"))
        }
    }
}
