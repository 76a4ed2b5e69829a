import Chat
import NIOHTTP1
import SnugClient
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Limits of password guesses and registrations", .timeLimit(.standard))
struct GuessLimitTests {
    private func withLimits(
        _ choose: (inout RateSettings) -> Void,
        _ body: (RunningServer, ManualClock) async throws -> Void
    ) async throws {
        var rates = RateSettings.off
        choose(&rates)
        let clock = ManualClock()
        try await withServer {
            $0.rates = rates
            $0.trustedProxies = ["127.0.0.1"].compactMap { IPNetwork($0) }
        } internalLimits: {
            clock.apply(&$0)
        } _: { server in
            try await body(server, clock)
        }
    }

    private func account(_ name: String = "ada", _ password: String = Person.password) -> JSON {
        ["username": .string(name), "password": .string(password)]
    }

    /// Posts as a client behind a proxy would.
    private func post(
        _ path: String,
        _ body: JSON,
        from client: String,
        key: String? = nil,
        at server: RunningServer
    ) async throws -> Answer {
        var headers: HTTPHeaders = ["x-forwarded-for": client]
        if let key { headers.add(name: "idempotency-key", value: key) }
        return try await server.site.send(.POST, "/api/v1/" + path, headers: headers, body: .bytes(body.sortedBytes))
    }

    @Test("I8: registrations per address or /64 are limited; taken names and invalid requests do not count")
    func signUps() async throws {
        try await withLimits({ $0.signups = [RateRule(count: 2, seconds: 60, burst: 2)] }) { server, clock in
            let signUp = { (name: String, client: String) in
                try await post("users", account(name), from: client, at: server)
            }
            #expect(try await signUp("ada", "192.0.2.1").status == 201)
            #expect(try await signUp("ada", "192.0.2.1").isProblem(409, "conflict"))
            #expect(try await signUp("a b", "192.0.2.1").isProblem(422, "invalid"))
            #expect(try await signUp("bob", "192.0.2.1").status == 201)
            let refused = try await signUp("cyd", "192.0.2.1")
            #expect(refused.isProblem(429, "rate_limited") && refused[header: "retry-after"] == "30")
            for (name, client, status) in [
                ("cyd", "192.0.2.2", 201), ("dan", "2001:db8::1", 201), ("eve", "2001:db8::2:1", 201),
                ("fay", "2001:db8::3:1", 429), ("fay", "2001:db8:0:1::1", 201),
            ] {
                #expect(try await signUp(name, client).status == status)
            }
            clock.advance(by: .seconds(30))
            #expect(try await signUp("gus", "192.0.2.1").status == 201)
        }
    }

    @Test("I8: by default one address may register five accounts an hour")
    func standard() {
        #expect(RateSettings().signups == [RateRule(count: 5, seconds: 3600, burst: 5)])
    }

    @Test("I7: guesses of the current password count as sign-ins with that name")
    func currentPassword() async throws {
        try await withLimits({ $0.signins = [RateRule(count: 2, seconds: 60, burst: 2)] }) { server, clock in
            let ada = try await server.register("ada")
            let change = { (current: String) in
                try await ada.patch("users/me", ["password": "a new password", "current_password": .string(current)])
            }
            for _ in 0..<2 { #expect(try await change("a guess").isProblem(403, "forbidden")) }
            #expect(try await change(Person.password).isProblem(429, "rate_limited"))
            #expect(try await server.site.signIn("ada").isProblem(429, "rate_limited"))
            clock.advance(by: .seconds(30))
            #expect(try await change(Person.password).status == 200)
        }
    }

    @Test("I7: repeated registrations and sign-ins with a key count as guesses too", arguments: ["users", "sessions"])
    func keyed(path: String) async throws {
        try await withLimits({ $0.signins = [RateRule(count: 2, seconds: 60, burst: 2)] }) { server, _ in
            _ = try await post("users", account(), from: "192.0.2.1", key: "key", at: server).expect(201)
            for number in 0..<2 {
                let wrong = account("ada", "guess number \(number)")
                let answer = try await post(path, wrong, from: "198.51.100.1", key: "key", at: server)
                #expect(answer.status == (path == "users" ? 409 : 401))
            }
            let right = try await post(path, account(), from: "198.51.100.1", key: "key", at: server)
            #expect(right.isProblem(429, "rate_limited"))
        }
    }

    @Test("I7: guesses from elsewhere do not lock a person out of networks where they have signed in")
    func ownAllowance() async throws {
        try await withLimits({ $0.signins = [RateRule(count: 2, seconds: 60, burst: 2)] }) { server, _ in
            let signIn = { (name: String, password: String, client: String) in
                try await post("sessions", account(name, password), from: client, at: server).status
            }
            _ = try await post("users", account(), from: "192.0.2.1", at: server).expect(201)
            for name in ["ada", "nobody"] {
                let clients = ["198.51.100.\(name.count)", "203.0.113.\(name.count)"]
                for client in clients { #expect(try await signIn(name, "not the password", client) == 401) }
                // The refusal is the same for an unknown name.
                #expect(try await signIn(name, "not the password", "203.0.113.\(name.count + 100)") == 429)
            }
            #expect(try await signIn("ada", Person.password, "192.0.2.1") == 201)
            // The allowance of a known network is limited too, and does not hold for other addresses or names.
            #expect(try await signIn("ada", "not the password", "192.0.2.1") == 401)
            #expect(try await signIn("ada", Person.password, "192.0.2.1") == 429)
            #expect(try await signIn("bob", "not the password", "192.0.2.1") == 401)
        }
    }
}
