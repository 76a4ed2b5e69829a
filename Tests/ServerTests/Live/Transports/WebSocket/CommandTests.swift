import Chat
import Fixtures
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Frames of clients", .timeLimit(.standard))
struct CommandTests {
    @Test("A message sent over a socket is acknowledged with its reference, and delivered to everybody")
    func send() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let (mine, theirs) = (try await ada.listen(), try await bob.listen())
            try await mine.say(["type": "send", "ref": "r-1", "room_id": room.id, "body": "Hello"])
            let frames = [try await mine.next(), try await mine.next()]
            let ack = try #require(frames.first { $0.type == "ack" })
            let event = try #require(frames.first { $0.type == "message.created" })
            #expect(ack.ref == "r-1")
            #expect(ack.message.body == "Hello")
            #expect(event.message == ack.message)
            #expect(try await theirs.next("message.created").message == ack.message)
            #expect(try await bob.get(bob.path(of: ack.message)).json == ack.message)
        }
    }

    @Test("A message over a socket may be a reply and have attachments, like any other")
    func everyMember() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let first = try await ada.say("One", in: room)
            let file = try await ada.upload(try Fixture.bytes("text.jpg"))
            let socket = try await ada.listen()
            let clientID: JSON = "0b6e1f0a-5c5e-4d8e-9f0a-0123456789ab"
            try await socket.say([
                "type": "send", "room_id": room.id, "reply_to": first.id, "attachment_ids": [file.id],
                "client_message_id": clientID,
            ])
            let message = try await socket.first("ack").message
            #expect(message.reply_to == first.id)
            #expect(message.client_message_id == clientID)
            #expect(message.attachments[0].id == file.id)
        }
    }

    @Test("I3: a message sent again under its client id is acknowledged again and created once")
    func sendAgain() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let socket = try await ada.listen()
            let frame: JSON = [
                "type": "send", "room_id": room.id, "body": "Once",
                "client_message_id": "0b6e1f0a-5c5e-4d8e-9f0a-0123456789ab",
            ]
            try await socket.say(frame)
            let first = try await socket.first("ack").message
            try await socket.say(frame)
            #expect(try await socket.first("ack").message == first)
            #expect(try await ada.get("rooms/\(room.id.text)/messages").json.messages.elements.count == 1)
        }
    }

    @Test(
        "A refused frame is answered with a problem and its reference",
        arguments: [
            (
                ["type": "send", "ref": "x", "room_id": "01890000-0000-7000-8000-000000000000", "body": "a"],
                "not_found"
            ),
            (["type": "send", "ref": "x", "body": "a"], "invalid"),
            (["type": "send", "ref": "x", "room_id": "nonsense", "body": "a"], "invalid"),
            (["type": "send", "ref": "x", "room_id": "ROOM"], "invalid"),
            (["type": "send", "ref": "x", "room_id": "ROOM", "body": 5], "invalid"),
            (["type": "dance", "ref": "x"], "invalid"),
        ] as [(JSON, JSON)]
    )
    func refused(frame: JSON, code: JSON) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let socket = try await ada.listen()
            try await socket.say(frame.replacing("ROOM", with: room.id))
            let error = try await socket.next("error")
            #expect(error.ref == "x")
            #expect(error.problem.code == code)
            #expect(error.problem.names.isSuperset(of: ["type", "title", "status", "detail", "code"]))
            try await socket.say(["type": "ping"])
            _ = try await socket.next("pong")
        }
    }

    @Test("I7: nobody sends into a room that is not theirs")
    func othersRoom() async throws {
        try await withServer { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let room = try await ada.makeRoom(kind: "public")
            let socket = try await eve.listen()
            try await socket.say(["type": "send", "ref": "x", "room_id": room.id, "body": "Hello"])
            #expect(try await socket.next("error").problem.code == "not_found")
            #expect(try await ada.get("rooms/\(room.id.text)/messages").json.messages == [])
        }
    }

    @Test(
        "A bad frame is answered with its reference, if that can be read, and the socket stays open",
        arguments: [
            ("garbage", nil, "malformed"), ("", nil, "malformed"), ("[]", nil, "malformed"),
            (#"{"type":"ping","ref":"x""#, nil, "malformed"), (#"{"ref":"x"}"#, "x", "invalid"),
            (#"{"type":5,"ref":"x"}"#, "x", "invalid"), (#"{"type":"ping","ref":5}"#, nil, "invalid"),
            (#"{"type":"typing","ref":"x","room_id":5}"#, "x", "invalid"),
            (#"{"type":"status","ref":"x","status":"dancing"}"#, "x", "invalid"),
        ] as [(String, String?, JSON)]
    )
    func notUnderstood(text: String, reference: String?, code: JSON) async throws {
        try await withServer { server in
            let socket = try await server.register("ada").listen()
            try await socket.send(.text, Array(text.utf8))
            let error = try await socket.next("error")
            #expect(error.problem.code == code)
            if let reference { #expect(error.ref == .string(reference)) } else { #expect(!error.names.contains("ref")) }
            try await socket.say(["type": "ping"])
            _ = try await socket.next("pong")
        }
    }

    @Test("I8: a client that keeps sending bad frames is closed with 4400")
    func tooManyBadFrames() async throws {
        // The standard burst, without tokens that are refilled meanwhile.
        let rule = RateRule(count: 1, seconds: 3600, burst: WebSocketConfiguration().badFrames.burst)
        try await withServer(internalLimits: { $0.transports.webSocket.badFrames = rule }) { server in
            let socket = try await server.register("ada").listen()
            for _ in 0...20 { try await socket.send(.text, Array("garbage".utf8)) }
            for _ in 0...20 { #expect(try await socket.next("error").problem.code == "malformed") }
            #expect(try await socket.closeCode() == 4400)
        }
    }

    @Test("Any number of valid frames may be refused")
    func manyRefusals() async throws {
        try await withServer { server in
            let socket = try await server.register("ada").listen()
            let frame: JSON = ["type": "typing", "room_id": "01890000-0000-7000-8000-000000000000"]
            for _ in 0..<30 { try await socket.say(frame) }
            for _ in 0..<30 { #expect(try await socket.next("error").problem.code == "not_found") }
            try await socket.say(["type": "ping"])
            _ = try await socket.next("pong")
        }
    }

    @Test("Half a surrogate pair in a message becomes U+FFFD", arguments: [#"cut \ud83d"#, #"cut \uDE00"#])
    func loneSurrogate(body: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let socket = try await ada.listen()
            let frame = #"{"type":"send","ref":"x","room_id":"\#(room.id.text)","body":"\#(body)"}"#
            try await socket.send(.text, Array(frame.utf8))
            let ack = try await socket.first("ack")
            #expect(ack.ref == "x")
            #expect(ack.message.body == "cut \u{FFFD}")
        }
    }

    @Test("I3: a message that is sent again under its idempotency key is the first one; the key of another is refused")
    func repeated() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let send = { (ref: String, body: String, key: String) -> JSON in
                [
                    "type": "send", "ref": .string(ref), "room_id": room.id, "body": .string(body),
                    "idempotency_key": .string(key),
                ]
            }
            let socket = try await ada.listen()
            try await socket.say(send("a", "Once", "key"))
            let first = try await socket.first("ack")
            try await socket.close()
            let again = try await ada.listen()
            try await again.say(send("b", "Once", "key"))
            let second = try await again.first("ack")
            #expect(second.ref == "b")
            #expect(second.message == first.message)
            try await again.say(send("c", "Twice", "key"))
            #expect(try await again.first("error").problem.code == "idempotency_mismatch")
            try await again.say(send("d", "Twice", "two keys"))
            #expect(try await again.first("error").problem.field == "idempotency_key")
            let page = try await ada.get("rooms/\(room.id.text)/messages").expect(200).json
            #expect(page.messages.elements.count == 1)
        }
    }

    @Test("A frame without a type is refused and the socket stays open")
    func noType() async throws {
        try await withServer { server in
            let socket = try await server.register("ada").listen()
            try await socket.say(["ref": "x"])
            #expect(try await socket.next("error").problem.field == "type")
            try await socket.say(["type": "ping"])
            _ = try await socket.next("pong")
        }
    }

    @Test("I2: frames of one socket are carried out in order, however many arrive at once")
    func order() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let (mine, theirs) = (try await ada.listen(), try await bob.listen())
            for number in 0..<200 {
                try await mine.say([
                    "type": "send", "ref": .string("\(number)"), "room_id": room.id, "body": .string("\(number)"),
                ])
            }
            var acknowledged: [String] = []
            while acknowledged.count < 200 { acknowledged.append(try await mine.first("ack").ref.text) }
            var heard: [String] = []
            while heard.count < 200 { heard.append(try await theirs.next("message.created").message.body.text) }
            #expect(acknowledged == (0..<200).map(String.init))
            #expect(heard == acknowledged)
        }
    }
}

extension JSON {
    /// The object with members that have this text replaced.
    fileprivate func replacing(_ text: String, with value: JSON) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.mapValues { $0 == .string(text) ? value : $0 })
    }
}
