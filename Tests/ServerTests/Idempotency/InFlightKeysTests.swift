import Chat
import TestSupport
import Testing

@testable import Server

@Suite("Keys in use", .timeLimit(.standard))
struct InFlightKeysTests {
    private func key(_ text: String) -> IdempotencyKey {
        IdempotencyKey(ofNamed: "ada", route: "users", text: text)
    }

    @Test("A key is held while its request is carried out, and released afterwards, successful or not")
    func held() async throws {
        let keys = InFlightKeys()
        try await keys.hold(key("a")) {
            await #expect(throws: Problem.self) { try await keys.hold(key("a")) {} }
            try await keys.hold(key("b")) {}
            try await keys.hold(nil) {}
        }
        await #expect(throws: CancellationError.self) {
            try await keys.hold(key("a")) { throw CancellationError() }
        }
        try await keys.hold(key("a")) {}
    }

    @Test("I8: requests beyond an owner's limit of keys in use are rejected, those of other owners are not")
    func full() async throws {
        let keys = InFlightKeys()
        let other = IdempotencyKey(ofNamed: "bob", route: "users", text: "key")
        try await hold(InFlightKeys.keysPerOwner, of: keys) {
            let problem = await #expect(throws: Problem.self) { try await keys.hold(key("one more")) {} }
            #expect(problem?.code == "rate_limited")
            try await keys.hold(other) {}
            try await keys.hold(nil) {}
        }
        try await keys.hold(key("one more")) {}
    }

    private func hold(_ count: Int, of keys: InFlightKeys, while body: () async throws -> Void) async throws {
        guard count > 0 else { return try await body() }
        try await keys.hold(key("\(count)")) { try await hold(count - 1, of: keys, while: body) }
    }
}
