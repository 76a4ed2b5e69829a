import Fixtures
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Posting messages", .timeLimit(.standard))
struct PostingTests {
    private let clientID = "0b6e1f0a-5c5e-4d8e-9f0a-0123456789ab"

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

    @Test("I7: an upload of somebody else is answered with 404 and the field")
    func othersAttachment() async throws {
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
    func usedAttachment() async throws {
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

    @Test("I3: the same client message id returns the first message and creates nothing")
    func repeated() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let path = "rooms/\(room.id.text)/messages"
            let draft: JSON = ["body": "Once", "client_message_id": .string(clientID)]
            let first = try await ada.post(path, draft).expect(201)
            #expect(first.json.client_message_id.text == clientID)
            #expect(first[header: "idempotency-replayed"] == nil)
            let again = try await ada.post(path, draft).expect(201)
            #expect(again.json == first.json)
            #expect(again[header: "idempotency-replayed"] == "true")
            #expect(try await ada.get(path).json.messages.elements.count == 1)
        }
    }

    @Test("A client message id used in another room is a mismatch")
    func repeatedInOtherRoom() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let (room, other) = (try await ada.makeRoom(), try await ada.makeRoom())
            let draft: JSON = ["body": "Once", "client_message_id": .string(clientID)]
            _ = try await ada.post("rooms/\(room.id.text)/messages", draft).expect(201)
            let answer = try await ada.post("rooms/\(other.id.text)/messages", draft)
            #expect(answer.isProblem(422, "idempotency_mismatch"))
        }
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
