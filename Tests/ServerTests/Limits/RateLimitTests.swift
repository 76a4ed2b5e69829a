import Chat
import NIOHTTP1
import SnugClient
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Rate limits", .timeLimit(.standard))
struct RateLimitTests {
    private func withLimits(
        _ choose: (inout RateSettings) throws -> Void,
        trusting proxies: [String] = ["127.0.0.1"],
        passwordCost: PasswordHasher.Cost? = nil,
        _ body: (RunningServer, ManualClock) async throws -> Void
    ) async throws {
        var rates = RateSettings.off
        try choose(&rates)
        let clock = ManualClock()
        try await withServer {
            $0.rates = rates
            $0.trustedProxies = proxies.compactMap { IPNetwork($0) }
        } internalLimits: {
            clock.apply(&$0)
            if let passwordCost { $0.passwordCost = passwordCost }
        } _: { server in
            try await body(server, clock)
        }
    }

    /// Whether the answer is 429 as in the contract, with this wait.
    private func isRefused(_ answer: Answer, seconds: Int) -> Bool {
        answer.isProblem(429, "rate_limited") && answer[header: "retry-after"] == "\(seconds)"
            && answer.json.retry_after_seconds == .int(seconds) && answer[header: "ratelimit-remaining"] == "0"
    }

    @Test("I8: messages per person are limited over HTTP and sockets together; Retry-After is exact")
    func messages() async throws {
        try await withLimits({ $0.messages = try rules("3/30s") }) { server, clock in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let (path, draft) = ("rooms/\(room.id.text)/messages", ["body": "Hello"] as JSON)
            let first = try await ada.post(path, draft)
            #expect(first.status == 201)
            #expect(first[header: "ratelimit-remaining"] == "2")
            let socket = try await ada.listen()
            try await socket.say(["type": "send", "ref": "a", "room_id": room.id, "body": "Hello"])
            #expect(try await socket.first("ack").ref == "a")
            let edit = try await ada.patch(ada.path(of: first.json), ["body": "Hello!"])
            #expect(edit.status == 200)

            #expect(isRefused(try await ada.post(path, draft), seconds: 10))
            #expect(isRefused(try await ada.patch(ada.path(of: first.json), ["body": "Bye"]), seconds: 10))
            try await socket.say(["type": "send", "ref": "b", "room_id": room.id, "body": "Hello"])
            let error = try await socket.first("error")
            #expect(error.ref == "b")
            #expect(error.problem.code == "rate_limited")
            #expect(error.problem.retry_after_seconds == 10)
            // The socket stays open, and other people are not affected.
            try await socket.say(["type": "ping"])
            _ = try await socket.first("pong")
            #expect(try await bob.post(path, draft).status == 201)

            clock.advance(by: .milliseconds(9999))
            #expect(isRefused(try await ada.post(path, draft), seconds: 1))
            clock.advance(by: .milliseconds(1))
            let last = try await ada.post(path, draft)
            #expect(last.status == 201)
            #expect(last[header: "ratelimit-remaining"] == "0")
        }
    }

    @Test("I8: requests per network are limited before authentication; pictures and health do not count")
    func requests() async throws {
        try await withLimits({ $0.requests = try rules("2/10s") }) { server, clock in
            let ada = try await server.register("ada")
            #expect(try await ada.get("users/me").status == 200)
            #expect(isRefused(try await ada.get("users/me"), seconds: 5))
            #expect(isRefused(try await server.site.send(.GET, "/api/v1/users/me"), seconds: 5))
            #expect(isRefused(try await server.site.send(.GET, "/nothing"), seconds: 5))
            for path in ["/health", "/health/simple"] {
                #expect(try await server.site.send(.GET, path).status == 200)
            }
            #expect(try await server.site.send(.GET, "/media/a/b/c").status == 404)
            clock.advance(by: .seconds(5))
            #expect(try await ada.get("users/me").status == 200)
        }
    }

    @Test("I8: an upgrade counts as a request")
    func upgrades() async throws {
        try await withLimits({ $0.requests = try rules("2/10s") }) { server, clock in
            let ada = try await server.register("ada")
            let socket = try await ada.listen()
            await #expect(throws: NotUpgraded.self) { try await ada.listen() }
            let connection = try await RawConnection(to: server.site)
            try await connection.send(
                "GET /api/v1/realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            let answer = try await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 429 "))
            #expect(answer.contains("\"code\":\"rate_limited\""))
            clock.advance(by: .seconds(5))
            try await ada.listen().close()
            try await socket.say(["type": "ping"])
            _ = try await socket.next("pong")
        }
    }

    @Test("I8: clients behind a trusted proxy have their own limits; untrusted peers cannot claim one")
    func forwarded() async throws {
        try await withLimits({ $0.requests = try rules("1/60s") }, trusting: ["127.0.0.1", "10.0.0.1"]) { server, _ in
            let statuses = try await ask(
                server,
                [
                    "192.0.2.1", "192.0.2.1", "198.51.100.7, 192.0.2.1, 10.0.0.1", "192.0.2.2", "2001:db8::1",
                    "2001:db8::f:2",
                ]
            )
            #expect(statuses == [401, 429, 429, 401, 401, 429])
        }
        try await withLimits({ $0.requests = try rules("1/60s") }, trusting: ["10.0.0.1"]) { server, _ in
            let statuses = try await ask(server, ["192.0.2.1", "192.0.2.2"])
            #expect(statuses == [401, 429])
        }
    }

    /// Sends requests like clients behind a proxy, one after another, and returns the statuses.
    private func ask(_ server: RunningServer, _ forwarded: [String]) async throws -> [Int] {
        var statuses: [Int] = []
        for value in forwarded {
            let headers: HTTPHeaders = ["x-forwarded-for": value]
            statuses.append(try await server.site.send(.GET, "/api/v1/users/me", headers: headers).status)
        }
        return statuses
    }

    @Test("I8: created rooms per person are limited, direct ones included; invalid requests do not count")
    func rooms() async throws {
        try await withLimits({ $0.rooms = try rules("1/60s") }) { server, _ in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            #expect(try await ada.post("rooms", ["kind": "private", "name": ""]).status == 422)
            _ = try await ada.makeRoom(with: [bob])
            #expect(isRefused(try await ada.post("rooms", ["kind": "private", "name": "More"]), seconds: 60))
            #expect(
                isRefused(try await ada.post("rooms", ["kind": "direct", "user_id": .string(bob.id)]), seconds: 60)
            )
            _ = try await bob.makeRoom()
        }
    }

    @Test("I8: direct requests and invitations to strangers are limited; existing ones do not count")
    func direct() async throws {
        try await withLimits({ $0.direct = try rules("2/60s") }) { server, clock in
            var people: [Person] = []
            for name in ["ada", "bob", "cem", "dora", "eve"] { people.append(try await server.register(name)) }
            let ada = people[0]
            let room = try await ada.makeRoom()
            for _ in 0..<3 { _ = try await ada.directRoom(with: people[1]) }
            let invitation = try await ada.post("rooms/\(room.id.text)/members", ["user_id": .string(people[2].id)])
            #expect(invitation.status == 202)
            let wish: JSON = ["kind": "direct", "user_id": .string(people[3].id)]
            #expect(isRefused(try await ada.post("rooms", wish), seconds: 30))
            let third = try await ada.post("rooms/\(room.id.text)/members", ["user_id": .string(people[3].id)])
            #expect(isRefused(third, seconds: 30))
            _ = try await people[2].post("rooms/\(room.id.text)/accept").expect(200)
            _ = try await ada.directRoom(with: people[2])
            clock.advance(by: .seconds(30))
            _ = try await ada.directRoom(with: people[4])
        }
    }

    /// A change that an owner can make to a room or to a member repeatedly.
    enum Moderation: CaseIterable {
        case change, role, add, remove, ban, hide, block

        func choose(_ rates: inout RateSettings, _ rules: [RateRule]) {
            switch self {
            case .change: rates.roomChanges = rules
            case .role: rates.roles = rules
            case .add: rates.adds = rules
            case .remove, .ban: rates.removals = rules
            case .hide, .block: rates.blocks = rules
            }
        }

        func act(by ada: Person, on bob: Person, in room: JSON, _ direct: JSON) async throws -> Answer {
            let (path, member) = ("rooms/\(room.id.text)", "rooms/\(room.id.text)/members/\(bob.id)")
            return switch self {
            case .change: try await ada.patch(path, ["name": "New"])
            case .role: try await ada.patch(member, ["role": "admin"])
            case .add: try await ada.post("\(path)/members", ["user_id": .string(bob.id)])
            case .remove: try await ada.delete(member)
            case .ban: try await ada.send(.PUT, "\(path)/bans/\(bob.id)")
            case .hide: try await ada.send(.PUT, "rooms/\(direct.id.text)/hidden")
            case .block: try await ada.send(.PUT, "blocks/\(bob.id)")
            }
        }
    }

    @Test("I8: changes of rooms and members per person are limited", arguments: Moderation.allCases)
    func moderation(kind: Moderation) async throws {
        try await withLimits({ kind.choose(&$0, try rules("2/60s")) }) { server, clock in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            // Bob joins by himself, so that no token is used yet.
            let room = try await ada.makeRoom(kind: "public")
            _ = try await bob.join(room).expect(201)
            let direct = try await ada.directRoom(with: bob)
            for _ in 0..<2 {
                let answer = try await kind.act(by: ada, on: bob, in: room, direct)
                #expect(answer.status != 429 && answer.status < 500)
            }
            #expect(isRefused(try await kind.act(by: ada, on: bob, in: room, direct), seconds: 30))
            clock.advance(by: .seconds(30))
            #expect(try await kind.act(by: ada, on: bob, in: room, direct).status != 429)
        }
    }

    @Test("I8: joins per person are limited; adding others does not count")
    func joins() async throws {
        try await withLimits({ $0.joins = try rules("1/60s") }) { server, _ in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            var rooms: [JSON] = []
            for name in ["One", "Two", "Three"] { rooms.append(try await ada.makeRoom(name, kind: "public")) }
            #expect(try await bob.join(rooms[0]).status == 201)
            #expect(isRefused(try await bob.join(rooms[1]), seconds: 60))
            let body: JSON = ["user_id": .string(bob.id)]
            #expect(isRefused(try await bob.post("rooms/\(rooms[1].id.text)/members", body), seconds: 60))
            for room in rooms[1...] { try await ada.add(bob, to: room) }
        }
    }

    @Test("I7: sign-ins per name are limited, successful or not, known or not, in any case")
    func names() async throws {
        try await withLimits({ $0.signins = try rules("2/60s") }) { server, clock in
            _ = try await server.register("ada")
            func signIn(_ name: String, _ password: String, from client: String) async throws -> Answer {
                let body: JSON = ["username": .string(name), "password": .string(password)]
                let headers: HTTPHeaders = ["x-forwarded-for": client]
                return try await server.site.send(.POST, "/api/v1/sessions", headers: headers, body: .json(body))
            }
            for name in ["ada", "nobody"] {
                #expect(try await signIn(name, "not the password", from: "192.0.2.\(name.count)").status == 401)
                let second = try await signIn(name, Person.password, from: "198.51.100.\(name.count)")
                #expect(second.status == (name == "ada" ? 201 : 401))
                for spelling in [name, name.uppercased()] {
                    let third = try await signIn(spelling, Person.password, from: "203.0.113.\(name.count)")
                    #expect(isRefused(third, seconds: 30))
                }
            }
            // A refusal costs no token.
            #expect(try await signIn("bob", "not the password", from: "203.0.113.3").status == 401)
            clock.advance(by: .seconds(30))
            #expect(try await signIn("ada", Person.password, from: "203.0.113.9").status == 201)
        }
    }

    @Test("I8: sign-ins per network are limited, and a refused one computes no hash")
    func signIns() async throws {
        // One hash would take longer than the test may. The first password counts, but is too long to be hashed.
        let cost = PasswordHasher.Cost(rounds: 1 << 20, blockSize: 8, parallelism: 1000)
        try await withLimits({ $0.signins = try rules("1/60s") }, passwordCost: cost) { server, _ in
            let long = String(repeating: "x", count: 2000)
            _ = try await server.site.signIn("ada", password: long).expect(401)
            for index in 0..<50 { #expect(isRefused(try await server.site.signIn("name-\(index)"), seconds: 60)) }
        }
    }

    private func rules(_ text: String) throws -> [RateRule] {
        try #require(RateRule.list(text))
    }
}
