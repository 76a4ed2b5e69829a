import Chat
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Profile events", .timeLimit(.standard))
struct ProfileEventTests {
    @Test("People who share rooms receive one event, whether the person is connected or not; strangers receive none")
    func live() async throws {
        try await withServer { server in
            let (ada, bob, eve) = (
                try await server.register("ada"), try await server.register("bob"), try await server.register("eve")
            )
            let room = try await ada.makeRoom("One", with: [bob])
            _ = try await ada.makeRoom("Two", with: [bob])
            let other = try await eve.makeRoom("Three", with: [bob])
            let (bobs, eves, stream) = (try await bob.listen(), try await eve.listen(), try await bob.stream())
            _ = try await stream.next("welcome")
            _ = try await ada.patch("users/me", ["display_name": "Countess"]).expect(200)
            let event = try await bobs.first("user.updated")
            #expect(event.user.id.text == ada.id)
            #expect(event.user.display_name == "Countess")
            #expect(event.user.names == ["id", "username", "display_name", "avatar", "created_at"])
            #expect(event.cursor == .missing)
            #expect(try await stream.next("user.updated").user.display_name == "Countess")
            // The next events show that there was no second one, and none for Eve.
            _ = try await ada.say("Hello", in: room)
            #expect(try await bobs.next().type == "message.created")
            _ = try await eve.say("Hello", in: other)
            #expect(try await eves.next().type == "message.created")
        }
    }

    @Test("I2: a client that was disconnected receives the event when it resumes")
    func missed() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            _ = try await ada.makeRoom(with: [bob])
            let cursor = try await bob.poll().cursor.text
            _ = try await ada.patch("users/me", ["display_name": "Countess"]).expect(200)
            let (socket, welcome) = try await bob.resume(from: cursor)
            #expect(welcome.resumed == true)
            #expect(try await socket.first("user.updated").user.display_name == "Countess")
        }
    }

    @Test("I8: name and avatar changes of one person are limited; password changes do not count")
    func rate() async throws {
        let clock = ManualClock()
        try await withServer {
            $0.rates.profiles = [RateRule(count: 2, seconds: 60, burst: 2)]
        } internalLimits: {
            clock.apply(&$0)
        } _: { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            for name in ["One", "Two"] {
                _ = try await ada.patch("users/me", ["display_name": .string(name)]).expect(200)
            }
            #expect(try await ada.patch("users/me", ["display_name": "Three"]).isProblem(429, "rate_limited"))
            #expect(try await ada.patch("users/me", ["avatar_attachment_id": nil]).isProblem(429, "rate_limited"))
            let password: JSON = ["password": "a new password", "current_password": .string(Person.password)]
            #expect(try await ada.patch("users/me", password).status == 200)
            #expect(try await bob.patch("users/me", ["display_name": "Bob"]).status == 200)
            clock.advance(by: .seconds(30))
            #expect(try await ada.patch("users/me", ["display_name": "Three"]).status == 200)
        }
    }
}
