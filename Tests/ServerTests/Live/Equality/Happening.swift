import TestSupport
import Testing

/// Something that happens, and the kinds of events that tell of it.
struct Happening: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kinds: Set<String>
    let act: @Sendable (Scene) async throws -> Void

    init(_ description: String, _ kinds: Set<String>, _ act: @escaping @Sendable (Scene) async throws -> Void) {
        testDescription = description
        self.kinds = kinds
        self.act = act
    }
}

extension Happening {
    static let all = messages + pictures + rooms + memberships + receipts

    private static let messages = [
        Happening("a message, and one that replies", ["message.created"]) { scene in
            let first = try await scene.say("One", by: scene.ada)
            _ = try await scene.say("Two", by: scene.bob, ["reply_to": first.id])
        },
        Happening("a message with a client's own id", ["message.created"]) { scene in
            _ = try await scene.say(
                "One",
                by: scene.ada,
                ["client_message_id": "0b6e1f0a-5c5e-4d8e-9f0a-0123456789ab"]
            )
        },
        Happening("an edit", ["message.edited"]) { scene in
            _ = try await scene.cleo.patch(scene.cleo.path(of: scene.message), ["body": "Hullo"]).expect(200)
        },
        Happening("a message that is edited twice and deleted", ["message.created", "message.deleted"]) { scene in
            let path = scene.bob.path(of: try await scene.say("One", by: scene.bob))
            _ = try await scene.bob.patch(path, ["body": "Two"]).expect(200)
            _ = try await scene.bob.patch(path, ["body": "Three"]).expect(200)
            _ = try await scene.ada.delete(path).expect(204)
        },
        Happening("a message with a file is deleted", ["message.deleted"]) { scene in
            _ = try await scene.cleo.delete(scene.cleo.path(of: scene.message)).expect(204)
        },
    ]

    private static let pictures = [
        Happening("a picture is ready, another has failed", ["attachment.ready", "attachment.failed"]) { scene in
            try await scene.letPicturesThrough()
        },
        Happening("pictures are settled, and the message is edited", ["attachment.ready", "message.edited"]) { scene in
            try await scene.letPicturesThrough()
            _ = try await scene.bob.patch(scene.bob.path(of: scene.pictures), ["body": "Look here!"]).expect(200)
        },
        Happening("a message goes before its pictures are settled", ["message.deleted"]) { scene in
            _ = try await scene.bob.delete(scene.bob.path(of: scene.pictures)).expect(204)
            try await scene.letPicturesThrough(waiting: false)
        },
        Happening("a message goes after its pictures are settled", ["message.deleted"]) { scene in
            try await scene.letPicturesThrough()
            _ = try await scene.bob.delete(scene.bob.path(of: scene.pictures)).expect(204)
        },
    ]

    private static let rooms = [
        Happening("a room has another name and topic", ["room.updated"]) { scene in
            _ = try await scene.ada.patch(scene.path, ["name": "Renamed"]).expect(200)
            _ = try await scene.bob.patch(scene.path, ["topic": "Beer"]).expect(200)
        },
        Happening("a room is renamed between a joining and a leaving", ["room.updated"]) { scene in
            try await scene.ada.add(scene.dora, to: scene.room)
            _ = try await scene.ada.patch(scene.path, ["name": "Renamed"]).expect(200)
            _ = try await scene.cleo.delete("\(scene.path)/members/\(scene.cleo.id)").expect(204)
            _ = try await scene.say("Gone", by: scene.ada)
        },
        Happening("a room is deleted", ["room.deleted"]) { scene in
            _ = try await scene.say("Last orders", by: scene.ada)
            _ = try await scene.ada.delete(scene.path).expect(204)
        },
        Happening("the last member leaves", ["member.left"]) { scene in
            _ = try await scene.cleo.delete("rooms/\(scene.lobby.id.text)/members/\(scene.cleo.id)").expect(204)
        },
        Happening("a direct room is made, and something is said in it", ["member.joined"]) { scene in
            let room = try await scene.ada.directRoom(with: scene.bob)
            let message = try await scene.ada.say("Between us", in: room)
            _ = try await scene.bob.post("rooms/\(room.id.text)/read", ["seq": message.seq]).expect(204)
            _ = try await scene.bob.say("I see", in: room)
        },
        Happening("a stranger writes and is not answered", ["member.joined", "message.created"]) { scene in
            let room = try await scene.dora.directRoom(with: scene.ada)
            let message = try await scene.dora.say("Hello?", in: room)
            _ = try await scene.ada.post("rooms/\(room.id.text)/read", ["seq": message.seq]).expect(204)
        },
        Happening("a stranger writes and is answered", ["member.updated"]) { scene in
            let room = try await scene.dora.directRoom(with: scene.ada)
            let message = try await scene.dora.say("Hello?", in: room)
            _ = try await scene.ada.post("rooms/\(room.id.text)/read", ["seq": message.seq]).expect(204)
            _ = try await scene.ada.say("Hello", in: room)
        },
    ]

    private static let memberships = [
        Happening("somebody is added", ["member.joined"]) { scene in
            try await scene.bob.add(scene.dora, to: scene.room)
            _ = try await scene.say("Welcome", by: scene.ada)
        },
        Happening("somebody joins a public room", ["member.joined"]) { scene in
            _ = try await scene.bob.join(scene.lobby).expect(201)
            _ = try await scene.bob.say("Hello", in: scene.lobby)
        },
        Happening("somebody has another role, and uses it", ["member.updated"]) { scene in
            let members = "\(scene.path)/members"
            _ = try await scene.ada.patch("\(members)/\(scene.cleo.id)", ["role": "owner"]).expect(200)
            _ = try await scene.cleo.patch("\(members)/\(scene.ada.id)", ["role": "member"]).expect(200)
        },
        Happening("somebody is removed", ["member.left"]) { scene in
            _ = try await scene.ada.delete("\(scene.path)/members/\(scene.cleo.id)").expect(204)
            _ = try await scene.say("Among us", by: scene.ada)
        },
        Happening("the owner leaves, and has an heir", ["member.left", "member.updated"]) { scene in
            _ = try await scene.ada.delete("\(scene.path)/members/\(scene.ada.id)").expect(204)
            _ = try await scene.say("Long live Bob", by: scene.cleo)
        },
        Happening("somebody is removed and added again", ["member.left", "member.joined"]) { scene in
            _ = try await scene.say("You will not see this go", by: scene.cleo)
            _ = try await scene.ada.delete("\(scene.path)/members/\(scene.cleo.id)").expect(204)
            _ = try await scene.say("Among us", by: scene.ada)
            try await scene.ada.add(scene.cleo, to: scene.room, as: "admin")
            _ = try await scene.say("Welcome back", by: scene.bob)
        },
        Happening("somebody is removed and added again many times", ["member.joined"]) { scene in
            for _ in 0..<8 {
                _ = try await scene.ada.delete("\(scene.path)/members/\(scene.cleo.id)").expect(204)
                try await scene.ada.add(scene.cleo, to: scene.room)
            }
            _ = try await scene.say("Make up your mind", by: scene.cleo)
        },
        Happening("somebody comes and goes", ["member.joined", "member.left"]) { scene in
            try await scene.ada.add(scene.dora, to: scene.room)
            _ = try await scene.say("Hello and goodbye", by: scene.dora)
            _ = try await scene.dora.delete("\(scene.path)/members/\(scene.dora.id)").expect(204)
        },
    ]

    private static let receipts = [
        Happening("somebody reads", ["receipt"]) { scene in
            _ = try await scene.cleo.post("\(scene.path)/read", ["seq": scene.pictures.seq]).expect(204)
        },
        Happening("somebody who read is given another role", ["receipt", "member.updated"]) { scene in
            _ = try await scene.cleo.post("\(scene.path)/read", ["seq": scene.pictures.seq]).expect(204)
            _ = try await scene.ada.patch("\(scene.path)/members/\(scene.cleo.id)", ["role": "admin"]).expect(200)
        },
        Happening("somebody who read is removed and added again", ["member.joined"]) { scene in
            _ = try await scene.cleo.post("\(scene.path)/read", ["seq": scene.pictures.seq]).expect(204)
            _ = try await scene.ada.delete("\(scene.path)/members/\(scene.cleo.id)").expect(204)
            try await scene.ada.add(scene.cleo, to: scene.room)
        },
    ]
}
