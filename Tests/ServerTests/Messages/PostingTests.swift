import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Posting messages", .timeLimit(.standard))
struct PostingTests {
    @Test("The answer to a post is the message as others see it")
    func post() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let message = try await ada.say("Hello \"world\" \\ \n\t\u{1} 👋🏽", in: room)
            #expect(
                message.names == [
                    "id", "room_id", "seq", "sender", "body", "attachments", "reply_to", "client_message_id",
                    "created_at", "edited_at", "deleted_at",
                ]
            )
            // A control character is invisible.
            #expect(message.body == "Hello \"world\" \\ \n\t 👋🏽")
            #expect(message.sender == ["id": .string(ada.id), "display_name": "ada", "avatar_url": nil])
            #expect(message.room_id == room.id)
            #expect(message.edited_at == nil)
            #expect(try await bob.get(bob.path(of: message)).expect(200).json == message)
            #expect(try await bob.get("rooms/\(room.id.text)/messages").json.messages == [message])
        }
    }

    @Test(
        "A message needs a visible body or an attachment",
        arguments: [[:], ["body": ""]] as [JSON]
    )
    func empty(draft: JSON) async throws {
        try await expectInvalid(draft, field: "body")
    }

    @Test(
        "Members of a message must have their types",
        arguments: [
            (["body": 5], "body"), (["body": "x", "attachment_ids": "no"], "attachment_ids"),
            (["body": "x", "attachment_ids": ["no"]], "attachment_ids.0"),
            (["body": "x", "reply_to": true], "reply_to"),
            (["body": "x", "client_message_id": "no"], "client_message_id"),
        ] as [(JSON, String)]
    )
    func types(draft: JSON, field: String) async throws {
        try await expectInvalid(draft, field: field)
    }

    @Test("Unknown members are ignored")
    func unknownMembers() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let draft: JSON = ["body": "Hello", "mood": ["colour": "blue"]]
            #expect(try await ada.post("rooms/\(room.id.text)/messages", draft).status == 201)
        }
    }

    @Test("I8: the UTF-8 bytes of a body are limited by the setting")
    func longBody() async throws {
        try await withServer({ $0.limits.messageBytes = 10 }) { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let path = "rooms/\(room.id.text)/messages"
            #expect(try await ada.post(path, ["body": "ÄÖÜäö"]).status == 201)
            let answer = try await ada.post(path, ["body": "ÄÖÜäöx"])
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "body")
            #expect(answer.json.limit == 10)
        }
    }

    @Test("I8: a message has at most ten attachments")
    func manyAttachments() async throws {
        let ids = (10...20).map { JSON.string("01890000-0000-4000-8000-0000000000\($0)") }
        try await expectInvalid(["attachment_ids": .array(ids)], field: "attachment_ids", limit: 10)
    }

    @Test("A repeated attachment id is rejected")
    func sameAttachmentTwice() async throws {
        let id: JSON = "01890000-0000-4000-8000-000000000000"
        try await expectInvalid(["attachment_ids": [id, id]], field: "attachment_ids")
    }

    @Test("A reply refers to a message of the same room")
    func reply() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let (room, other) = (try await ada.makeRoom(), try await ada.makeRoom())
            let first = try await ada.say("One", in: room)
            let draft: JSON = ["body": "Two", "reply_to": first.id]
            #expect(try await ada.post("rooms/\(room.id.text)/messages", draft).json.reply_to == first.id)
            let elsewhere = try await ada.post("rooms/\(other.id.text)/messages", draft)
            #expect(elsewhere.isProblem(422, "invalid"))
            #expect(elsewhere.json.field == "reply_to")
        }
    }

    @Test("A reply to an unknown message is rejected")
    func replyToNothing() async throws {
        try await expectInvalid(
            ["body": "x", "reply_to": "01890000-0000-7000-8000-000000000000"],
            field: "reply_to"
        )
    }

    private func expectInvalid(_ draft: JSON, field: String, limit: Int? = nil) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let answer = try await ada.post("rooms/\(room.id.text)/messages", draft)
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == .string(field))
            if let limit { #expect(answer.json.limit == .int(limit)) }
            #expect(try await ada.get("rooms/\(room.id.text)/messages").json.messages == [])
        }
    }
}
