import TestSupport
import Testing

/// Something that people do, and the types of events that it causes.
struct ChatAction: Sendable, CustomTestStringConvertible {
    typealias Steps = @Sendable (_ chat: ChatFixture) async throws -> Void

    let testDescription: String
    let eventTypes: Set<String>
    let perform: Steps

    init(_ description: String, _ eventTypes: Set<String>, _ perform: @escaping Steps) {
        testDescription = description
        self.eventTypes = eventTypes
        self.perform = perform
    }
}

extension ChatAction {
    static let all = messages + pictures + rooms + memberships + receipts

    private static let messages = [
        ChatAction("a message and a reply", ["message.created"]) { chat in
            let first = try await chat.say("One", by: chat.ada)
            _ = try await chat.say("Two", by: chat.bob, ["reply_to": first.id])
        },
        ChatAction("a message with a client message id", ["message.created"]) { chat in
            _ = try await chat.say(
                "One",
                by: chat.ada,
                ["client_message_id": "0b6e1f0a-5c5e-4d8e-9f0a-0123456789ab"]
            )
        },
        ChatAction("an edit", ["message.edited"]) { chat in
            _ = try await chat.cleo.patch(chat.cleo.path(of: chat.message), ["body": "Hullo"]).expect(200)
        },
        ChatAction("a message that is edited twice, then deleted", ["message.created", "message.deleted"]) { chat in
            let path = chat.bob.path(of: try await chat.say("One", by: chat.bob))
            _ = try await chat.bob.patch(path, ["body": "Two"]).expect(200)
            _ = try await chat.bob.patch(path, ["body": "Three"]).expect(200)
            _ = try await chat.ada.delete(path).expect(204)
        },
        ChatAction("the deletion of a message with a file", ["message.deleted"]) { chat in
            _ = try await chat.cleo.delete(chat.cleo.path(of: chat.message)).expect(204)
        },
    ]

    private static let pictures = [
        ChatAction("one picture is ready and another has failed", ["attachment.ready", "attachment.failed"]) { chat in
            try await chat.renderPictures()
        },
        ChatAction("pictures are rendered, then their message edited", ["attachment.ready", "message.edited"]) { chat in
            try await chat.renderPictures()
            _ = try await chat.bob.patch(chat.bob.path(of: chat.pictures), ["body": "Look here!"]).expect(200)
        },
        ChatAction("a message is deleted before its pictures are rendered", ["message.deleted"]) { chat in
            _ = try await chat.bob.delete(chat.bob.path(of: chat.pictures)).expect(204)
            try await chat.renderPictures(waiting: false)
        },
        ChatAction("a message is deleted after its pictures are rendered", ["message.deleted"]) { chat in
            try await chat.renderPictures()
            _ = try await chat.bob.delete(chat.bob.path(of: chat.pictures)).expect(204)
        },
    ]

    private static let rooms = [
        ChatAction("a room gets a new name and a new topic", ["room.updated"]) { chat in
            _ = try await chat.ada.patch(chat.path, ["name": "Renamed"]).expect(200)
            _ = try await chat.bob.patch(chat.path, ["topic": "Beer"]).expect(200)
        },
        ChatAction("a room is renamed between a join and a leave", ["room.updated"]) { chat in
            try await chat.ada.add(chat.dora, to: chat.room)
            _ = try await chat.ada.patch(chat.path, ["name": "Renamed"]).expect(200)
            _ = try await chat.cleo.delete("\(chat.path)/members/\(chat.cleo.id)").expect(204)
            _ = try await chat.say("Gone", by: chat.ada)
        },
        ChatAction("a room is deleted", ["room.deleted"]) { chat in
            _ = try await chat.say("Last orders", by: chat.ada)
            _ = try await chat.ada.delete(chat.path).expect(204)
        },
        ChatAction("the last member leaves", ["member.left"]) { chat in
            _ = try await chat.cleo.delete("rooms/\(chat.lobby.id.text)/members/\(chat.cleo.id)").expect(204)
        },
        ChatAction("a new direct room with messages", ["member.joined"]) { chat in
            let room = try await chat.ada.directRoom(with: chat.bob)
            let message = try await chat.ada.say("Between us", in: room)
            _ = try await chat.bob.post("rooms/\(room.id.text)/read", ["seq": message.seq]).expect(204)
            _ = try await chat.bob.say("I see", in: room)
        },
        ChatAction("a stranger writes and gets no answer", ["member.joined", "message.created"]) { chat in
            let room = try await chat.dora.directRoom(with: chat.ada)
            let message = try await chat.dora.say("Hello?", in: room)
            _ = try await chat.ada.post("rooms/\(room.id.text)/read", ["seq": message.seq]).expect(204)
        },
        ChatAction("a stranger writes and gets an answer", ["member.updated"]) { chat in
            let room = try await chat.dora.directRoom(with: chat.ada)
            let message = try await chat.dora.say("Hello?", in: room)
            _ = try await chat.ada.post("rooms/\(room.id.text)/read", ["seq": message.seq]).expect(204)
            _ = try await chat.ada.say("Hello", in: room)
        },
    ]

    private static let memberships = [
        ChatAction("a member is added", ["member.joined"]) { chat in
            try await chat.bob.add(chat.dora, to: chat.room)
            _ = try await chat.say("Welcome", by: chat.ada)
        },
        ChatAction("a person joins a public room", ["member.joined"]) { chat in
            _ = try await chat.bob.join(chat.lobby).expect(201)
            _ = try await chat.bob.say("Hello", in: chat.lobby)
        },
        ChatAction("a member gets a new role and uses it", ["member.updated"]) { chat in
            let members = "\(chat.path)/members"
            _ = try await chat.ada.patch("\(members)/\(chat.cleo.id)", ["role": "owner"]).expect(200)
            _ = try await chat.cleo.patch("\(members)/\(chat.ada.id)", ["role": "member"]).expect(200)
        },
        ChatAction("a member is removed", ["member.left"]) { chat in
            _ = try await chat.ada.delete("\(chat.path)/members/\(chat.cleo.id)").expect(204)
            _ = try await chat.say("Among us", by: chat.ada)
        },
        ChatAction("the owner leaves and another member becomes owner", ["member.left", "member.updated"]) { chat in
            _ = try await chat.ada.delete("\(chat.path)/members/\(chat.ada.id)").expect(204)
            _ = try await chat.say("Long live Bob", by: chat.cleo)
        },
        ChatAction("a member is removed and added again", ["member.left", "member.joined"]) { chat in
            _ = try await chat.say("You will not see this go", by: chat.cleo)
            _ = try await chat.ada.delete("\(chat.path)/members/\(chat.cleo.id)").expect(204)
            _ = try await chat.say("Among us", by: chat.ada)
            try await chat.ada.add(chat.cleo, to: chat.room, as: "admin")
            _ = try await chat.say("Welcome back", by: chat.bob)
        },
        ChatAction("a member is removed and added again many times", ["member.joined"]) { chat in
            for _ in 0..<8 {
                _ = try await chat.ada.delete("\(chat.path)/members/\(chat.cleo.id)").expect(204)
                try await chat.ada.add(chat.cleo, to: chat.room)
            }
            _ = try await chat.say("Make up your mind", by: chat.cleo)
        },
        ChatAction("a person joins and leaves", ["member.joined", "member.left"]) { chat in
            try await chat.ada.add(chat.dora, to: chat.room)
            _ = try await chat.say("Hello and goodbye", by: chat.dora)
            _ = try await chat.dora.delete("\(chat.path)/members/\(chat.dora.id)").expect(204)
        },
    ]

    private static let receipts = [
        ChatAction("a member reads", ["receipt"]) { chat in
            _ = try await chat.cleo.post("\(chat.path)/read", ["seq": chat.pictures.seq]).expect(204)
        },
        ChatAction("a member who has read gets a new role", ["receipt", "member.updated"]) { chat in
            _ = try await chat.cleo.post("\(chat.path)/read", ["seq": chat.pictures.seq]).expect(204)
            _ = try await chat.ada.patch("\(chat.path)/members/\(chat.cleo.id)", ["role": "admin"]).expect(200)
        },
        ChatAction("a member who has read is removed and added again", ["member.joined"]) { chat in
            _ = try await chat.cleo.post("\(chat.path)/read", ["seq": chat.pictures.seq]).expect(204)
            _ = try await chat.ada.delete("\(chat.path)/members/\(chat.cleo.id)").expect(204)
            try await chat.ada.add(chat.cleo, to: chat.room)
        },
    ]
}
