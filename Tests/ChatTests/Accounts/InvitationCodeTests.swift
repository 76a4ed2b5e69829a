import TestSupport
import Testing

@testable import Chat

@Suite("Invitation codes", .timeLimit(.standard))
struct InvitationCodeTests {
    private func register(_ name: String, _ code: InvitationCode, in chat: TestChat) async -> Refusal.Kind? {
        await refusal {
            try await chat.store.people.register(
                username: name,
                displayName: name,
                passwordHash: "hash",
                invitedBy: code
            )
        }
    }

    @Test("A code creates as many accounts as it has uses")
    func uses() async throws {
        try await withChat { chat in
            let (code, entry) = try await chat.store.invitationCodes.create(uses: 2, lifetime: .seconds(60))
            #expect(try await chat.store.people.accepts(code))
            #expect(await register("ada", code, in: chat) == nil)
            #expect(await register("bob", code, in: chat) == nil)
            #expect(try await !chat.store.people.accepts(code))
            #expect(await register("eve", code, in: chat) == .invitationRequired)
            #expect(try await chat.store.invitationCodes.list().map(\.useCount) == [2])
            #expect(entry.useCount == 0 && entry.useLimit == 2)
            #expect(try await chat.number("SELECT count(*) FROM users") == 2)
        }
    }

    @Test("Of concurrent registrations with the last use, exactly one succeeds")
    func lastUse() async throws {
        try await withChat { chat in
            let (code, _) = try await chat.store.invitationCodes.create(uses: 1, lifetime: .seconds(60))
            let outcomes = await withTaskGroup { group in
                for number in 0..<20 { group.addTask { await register("person\(number)", code, in: chat) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 1)
            #expect(outcomes.filter { $0 == .invitationRequired }.count == 19)
            #expect(try await chat.number("SELECT count(*) FROM users") == 1)
            #expect(try await chat.number("SELECT count(*) FROM sessions") == 1)
        }
    }

    @Test("A registration that fails takes no use")
    func takenName() async throws {
        try await withChat { chat in
            _ = try await chat.person("ada")
            let (code, _) = try await chat.store.invitationCodes.create(uses: 1, lifetime: .seconds(60))
            #expect(await register("ada", code, in: chat) == .conflict)
            #expect(await register("bob", code, in: chat) == nil)
        }
    }

    @Test("An expired, a revoked and an unknown code are refused alike")
    func invalid() async throws {
        try await withChat { chat in
            let codes = chat.store.invitationCodes
            let (revoked, entry) = try await codes.create(uses: 1, lifetime: .seconds(60))
            #expect(try await codes.revoke(entry.number))
            #expect(try await !codes.revoke(entry.number))
            let (expired, _) = try await codes.create(uses: 1, lifetime: .seconds(60))
            chat.clock.advance(by: .seconds(59))
            #expect(try await chat.store.people.accepts(expired))
            chat.clock.advance(by: .seconds(1))
            for code in [revoked, expired, .make(), InvitationCode(typed: "")] {
                #expect(await register("ada", code, in: chat) == .invitationRequired)
                #expect(try await !chat.store.people.accepts(code))
            }
            // A new code removes expired ones, and never gets the number of another.
            let (_, next) = try await codes.create(uses: 1, lifetime: .seconds(60))
            #expect(next.number == entry.number + 2)
            #expect(try await codes.list().map(\.number) == [next.number])
        }
    }

    @Test("I8: At most a thousand codes are valid at the same time")
    func limit() async throws {
        try await withChat { chat in
            let codes = chat.store.invitationCodes
            for _ in 0..<InvitationCodes.limit { _ = try await codes.create(uses: 1, lifetime: .seconds(60)) }
            #expect(await refusal { try await codes.create(uses: 1, lifetime: .seconds(60)) } == .conflict)
            #expect(try await codes.list().count == InvitationCodes.limit)
            chat.clock.advance(by: .seconds(60))
            _ = try await codes.create(uses: 1, lifetime: .seconds(60))
        }
    }

    @Test("I7: Only the hash of a code is stored")
    func onlyHash() async throws {
        try await withChat { chat in
            let (code, _) = try await chat.store.invitationCodes.create(uses: 1, lifetime: .seconds(60))
            #expect(
                try await chat.number("SELECT count(*) FROM invitation_codes WHERE code_hash = ?", [code.hash]) == 1
            )
            #expect(try await chat.number("SELECT length(code_hash) FROM invitation_codes") == 32)
        }
    }

    @Test("A code is four groups of five characters, and may be typed in any case and grouping")
    func typed() {
        let code = InvitationCode.make()
        #expect(code.text.wholeMatch(of: /[0-9a-hjkmnp-tv-z]{5}(-[0-9a-hjkmnp-tv-z]{5}){3}/) != nil)
        #expect(InvitationCode.make() != code)
        for typed in [code.text, code.text.uppercased(), " \(code.text.filter { $0 != "-" })\n"] {
            #expect(InvitationCode(typed: typed) == code)
        }
        #expect(InvitationCode(typed: "OIL") == InvitationCode(typed: "011"))
        #expect(InvitationCode(typed: String(repeating: "a", count: 65)) == InvitationCode(typed: ""))
    }
}
