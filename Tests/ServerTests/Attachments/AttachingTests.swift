import Fixtures
import SnugClient
import TestSupport
import Testing

@Suite("Attaching", .timeLimit(.standard))
struct AttachingTests {
    @Test("A message has its attachments in the order of the request")
    func order() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            var files: [JSON] = []
            for number in 0..<3 { files.append(try await ada.upload(Array("\(number)".utf8), named: "\(number)")) }
            let message = try await ada.say("", in: try await ada.makeRoom(), with: [files[2], files[0], files[1]])
            #expect(message.attachments.elements.map(\.filename.text) == ["2", "0", "1"])
        }
    }

    @Test("I7: a message with an upload of somebody else is not posted")
    func others() async throws {
        try await withServer { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let file = try await ada.upload(try Fixture.bytes("text.jpg"))
            let room = try await eve.makeRoom()
            let draft: JSON = ["body": "Mine", "attachment_ids": [file.id]]
            let answer = try await eve.post("rooms/\(room.id.text)/messages", draft)
            #expect(answer.isProblem(404, "not_found"))
            #expect(answer.json.field == "attachment_ids")
            #expect(try await eve.get("rooms/\(room.id.text)/messages").json.messages == [])
            #expect(try await eve.get("attachments/\(file.id.text)").status == 404)
        }
    }

    @Test("If one of several attachments is in use, none of them is attached")
    func allOrNothing() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let (used, free) = (try await ada.upload([1, 2]), try await ada.upload([3, 4]))
            _ = try await ada.say("", in: room, with: [used])
            let draft: JSON = ["attachment_ids": [free.id, used.id]]
            let answer = try await ada.post("rooms/\(room.id.text)/messages", draft)
            #expect(answer.isProblem(409, "conflict"))
            #expect(answer.json.field == "attachment_ids")
            _ = try await ada.say("", in: room, with: [free])
        }
    }

    @Test("I5: of concurrent messages with the same attachment, exactly one gets it")
    func race() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let path = "rooms/\(try await ada.makeRoom().id.text)/messages"
            for round in 0..<15 {
                let file = try await ada.upload(Array("round \(round)".utf8))
                let draft: JSON = ["attachment_ids": [file.id]]
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<4 { group.addTask { try await ada.post(path, draft).status } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses.sorted() == [201, 409, 409, 409])
            }
        }
    }

    @Test("I5: an upload is either deleted or attached, never both")
    func deleteRace() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let path = "rooms/\(try await ada.makeRoom().id.text)/messages"
            for round in 0..<15 {
                let file = try await ada.upload(Array("round \(round)".utf8))
                async let posted = ada.post(path, ["attachment_ids": [file.id]]).status
                async let deleted = ada.delete("attachments/\(file.id.text)").status
                let outcome = try await (posted, deleted)
                #expect(outcome == (201, 409) || outcome == (404, 204))
            }
        }
    }

    @Test("An attachment of a deleted message cannot be attached again")
    func afterDeletion() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let file = try await ada.upload([1, 2, 3])
            let message = try await ada.say("", in: room, with: [file])
            #expect(try await ada.delete(ada.path(of: message)).status == 204)
            let answer = try await ada.post("rooms/\(room.id.text)/messages", ["attachment_ids": [file.id]])
            #expect(answer.isProblem(404, "not_found"))
        }
    }

    @Test("I3: a repeated message with an attachment does not use it twice")
    func repeated() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let path = "rooms/\(try await ada.makeRoom().id.text)/messages"
            let file = try await ada.upload([1, 2, 3])
            let draft: JSON = [
                "attachment_ids": [file.id], "client_message_id": "0b6e1f0a-5c5e-4d8e-9f0a-0123456789ab",
            ]
            let first = try await ada.post(path, draft).expect(201).json
            #expect(try await ada.post(path, draft).expect(201).json == first)
        }
    }
}
