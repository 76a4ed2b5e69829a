import NIOHTTP1
import SnugClient
import SnugSettings
import TestSupport
import Testing

@testable import Chat

@Suite("Registration with an invitation", .timeLimit(.standard))
struct InvitedRegistrationTests {
    private func register(
        _ name: String,
        _ code: String?,
        at server: RunningServer,
        key: String? = nil
    ) async throws -> Answer {
        var account: [String: JSON] = ["username": .string(name), "password": .string(Person.password)]
        account["invitation_code"] = code.map(JSON.string)
        let headers: HTTPHeaders = key.map { ["idempotency-key": $0] } ?? [:]
        return try await server.site.send(.POST, "/api/v1/users", headers: headers, body: .json(.object(account)))
    }

    /// A code as the command prints it.
    private func code(uses: Int = 1, at server: RunningServer) async throws -> String {
        let made = try await runServer(["invite", "create", "--uses", "\(uses)", "--storage", server.storage])
        #expect(made.status == .exited(0), "\(made.errors)")
        return made.output
    }

    @Test("A code creates as many accounts as it has uses, and repeats of a request take none")
    func uses() async throws {
        try await withServer {
            $0.registration = .invited
        } _: { server in
            let code = try await code(uses: 2, at: server)
            let first = try await register("ada", code.uppercased(), at: server, key: "key").expect(201)
            let again = try await register("ada", code, at: server, key: "key").expect(201)
            #expect(again.json.user == first.json.user)
            _ = try await register("bob", code, at: server).expect(201)
            #expect(try await register("eve", code, at: server).isProblem(403, "invitation_required"))
            // The request that was answered before the code was used up can still be repeated.
            _ = try await register("ada", code, at: server, key: "key").expect(201)
        }
    }

    @Test("I7: without a valid code, nobody learns which names are taken, and why a code is not valid")
    func invalid() async throws {
        try await withServer {
            $0.registration = .invited
        } _: { server in
            let used = try await code(at: server)
            _ = try await register("ada", used, at: server).expect(201)
            let revoked = try await code(at: server)
            let ended = try await runServer(["invite", "revoke", "2", "--storage", server.storage])
            #expect(ended.status == .exited(0), "\(ended.errors)")
            let answers = try await [
                register("ada", nil, at: server), register("bob", nil, at: server), register("bob", used, at: server),
                register("bob", revoked, at: server), register("ada", "00000-00000-00000-00000", at: server),
            ]
            for answer in answers {
                #expect(answer.isProblem(403, "invitation_required"))
                #expect(answer.json == answers[0].json && answer.json.field == "invitation_code")
            }
            let listed = try await runServer(["invite", "list", "--storage", server.storage]).output
            #expect(listed.contains("1 of 1") && listed.contains("used up"))
            let valid = try await code(at: server)
            #expect(try await register("ada", valid, at: server).isProblem(409, "conflict"))
        }
    }

    @Test("Attempts with a code count as sign-ups")
    func rate() async throws {
        let rules = RateSettings.off
        try await withServer {
            $0.registration = .invited
            $0.rates = rules
            $0.rates.signups = [RateRule(count: 3, seconds: 3600, burst: 3)]
        } _: { server in
            let code = try await code(at: server)
            for number in 0..<3 { _ = try await register("ada", "wrong \(number)", at: server).expect(403) }
            #expect(try await register("ada", code, at: server).isProblem(429, "rate_limited"))
        }
    }

    @Test("A code is ignored while registration is open, and has no effect while it is closed")
    func otherSettings() async throws {
        try await withServer { server in
            _ = try await register("ada", "anything", at: server).expect(201)
        }
        try await withServer {
            $0.registration = .closed
        } _: { server in
            let code = try await code(at: server)
            #expect(try await register("ada", code, at: server).isProblem(403, "forbidden"))
        }
    }

    @Test(
        "Numbers and durations that are not allowed are refused",
        arguments: [["--uses", "0"], ["--expires", "400d"]]
    )
    func arguments(flags: [String]) async throws {
        try await withServer { server in
            let ended = try await runServer(["invite", "create", "--storage", server.storage] + flags)
            #expect(ended.status == .exited(64))
        }
    }
}
