import TestSupport
import Testing

@testable import Chat

@Suite("Passwords", .timeLimit(.standard))
struct PasswordTests {
    /// Weak and fast.
    private static let cost = PasswordHasher.Cost(rounds: 16, blockSize: 1, parallelism: 1)
    private static let ada = PasswordHasher.Claimant(person: "ada", network: nil)

    private func isRight(
        _ password: String,
        _ hash: String?,
        by hasher: PasswordHasher = PasswordHasher(cost: PasswordTests.cost)
    ) async throws -> Bool {
        try await hasher.verify(password, against: hash, for: Self.ada).isRight
    }

    @Test("A hash verifies its own password and no other")
    func verify() async throws {
        let hasher = PasswordHasher(cost: Self.cost)
        let hash = try await hasher.hash("correct horse", for: Self.ada)
        #expect(try await isRight("correct horse", hash))
        #expect(try await !isRight("correct horsf", hash))
        #expect(try await !isRight("", hash))
    }

    @Test("The password of an unknown person is never correct")
    func nobody() async throws {
        #expect(try await !isRight("", nil))
        #expect(try await !isRight("correct horse", nil))
    }

    @Test(
        "A malformed hash verifies no password",
        arguments: [
            "", "hash", "$scrypt$ln=4,r=1,p=1$c2FsdA", "$argon2$ln=4,r=1,p=1$c2FsdA$a2V5", "$scrypt$ln=4$c2FsdA$a2V5",
            "$scrypt$ln=99,r=1,p=1$c2FsdA$a2V5", "$scrypt$ln=x,r=1,p=1$c2FsdA$a2V5", "$scrypt$ln=4,r=1,p=1$*$*",
        ]
    )
    func garbled(text: String) async throws {
        #expect(try await !isRight("correct horse", text))
    }

    @Test("A hash is a PHC string: parameters, then salt and key in base64 without padding")
    func format() async throws {
        let hash = try await PasswordHasher().hash("correct horse", for: Self.ada)
        #expect(hash.wholeMatch(of: /\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+\/]{22}\$[A-Za-z0-9+\/]{43}/) != nil)
        #expect(try await isRight("correct horse", hash))
    }

    @Test("The same password has a different hash each time")
    func salt() async throws {
        let hasher = PasswordHasher(cost: Self.cost)
        let first = try await hasher.hash("correct horse", for: Self.ada)
        #expect(try await hasher.hash("correct horse", for: Self.ada) != first)
    }

    @Test(
        "A password has 8 to 256 bytes",
        arguments: [
            ("1234567", false), ("12345678", true), ("éééé", true), (String(repeating: "x", count: 256), true),
            (String(repeating: "x", count: 257), false), (String(repeating: "é", count: 129), false),
        ]
    )
    func length(password: String, isAllowed: Bool) {
        let isAccepted = (try? PasswordHasher.check(password: password)) != nil
        #expect(isAccepted == isAllowed)
    }

    @Test(
        "Control characters are refused in a new password",
        arguments: ["pass\u{0}word", "password\n", "pass\u{85}word"]
    )
    func controls(password: String) {
        #expect(throws: Refusal.self) { try PasswordHasher.check(password: password) }
    }

    @Test(
        "Composed and decomposed characters, and spaces of any kind, are the same password",
        arguments: [
            ("caf\u{E9} au lait", "cafe\u{301} au lait"),
            ("\u{1E9B}\u{323} password", "\u{17F}\u{323}\u{307} password"),
            ("correct horse", "correct\u{A0}horse"), ("correct horse", "correct\u{3000}horse"),
            ("\u{AC01} password", "\u{1100}\u{1161}\u{11A8} password"),
        ]
    )
    func normalisation(one: String, other: String) async throws {
        let hasher = PasswordHasher(cost: Self.cost)
        for (made, typed) in [(one, other), (other, one)] {
            let hash = try await hasher.hash(made, for: Self.ada)
            #expect(try await hasher.verify(typed, against: hash, for: Self.ada) == .right(renewedHash: nil))
        }
        // Case and width are not folded.
        let hash = try await hasher.hash(one, for: Self.ada)
        #expect(try await !isRight(one.uppercased(), hash))
    }

    @Test(
        "A hash of the unnormalised password is accepted in either form, and renewed",
        arguments: [
            ("cafe\u{301} au lait", "cafe\u{301} au lait"), ("cafe\u{301} au lait", "caf\u{E9} au lait"),
            ("correct\u{A0}horse", "correct\u{A0}horse"),
        ]
    )
    func earlierHash(made: String, typed: String) async throws {
        let hasher = PasswordHasher(cost: Self.cost)
        let old = try PasswordHash(made, cost: Self.cost).text
        guard case .right(let renewed?) = try await hasher.verify(typed, against: old, for: Self.ada) else {
            Issue.record("It is right and not renewed.")
            return
        }
        for form in [made, typed, Password.prepared(made)] {
            #expect(try await hasher.verify(form, against: renewed, for: Self.ada) == .right(renewedHash: nil))
        }
        #expect(try await !isRight("another password", renewed))
        #expect(try await !isRight("caf\u{E8} au lait", old))
    }

    @Test("A hash of another cost is accepted and renewed at today's")
    func otherCost() async throws {
        let hasher = PasswordHasher(cost: Self.cost)
        let old = try PasswordHash("correct horse", cost: .init(rounds: 4, blockSize: 1, parallelism: 1)).text
        guard case .right(let renewed?) = try await hasher.verify("correct horse", against: old, for: Self.ada) else {
            Issue.record("It is right and not renewed.")
            return
        }
        #expect(renewed.hasPrefix("$scrypt$ln=4,r=1,p=1$"))
        #expect(try await isRight("correct horse", renewed))
        #expect(try await hasher.verify("another one", against: old, for: Self.ada) == .wrong)
    }

    @Test("I7: the number of hashes for a wrong guess depends only on the guess")
    func guesses() {
        let forms = { (typed: String) in Password.earlierForm(of: typed, prepared: Password.prepared(typed)) }
        #expect(forms("correct horse") == nil)
        #expect(forms("пароль") == nil)
        #expect(forms("cafe\u{301}")?.unicodeScalars.count == 5)
        #expect(forms("caf\u{E9}")?.unicodeScalars.count == 5)
        #expect(forms("a\u{A0}b")?.unicodeScalars.elementsEqual("a\u{A0}b".unicodeScalars) == true)
    }

    /// Slow enough for others to come meanwhile.
    private static let slowCost = PasswordHasher.Cost(rounds: 1 << 12, blockSize: 8, parallelism: 1)

    @Test("I8: hashes of one person beyond the limit are refused, and delay nobody else")
    func overload() async throws {
        var turns = TurnLimits()
        turns.behindEachKey = 4
        let hasher = PasswordHasher(cost: Self.slowCost, turns: turns)
        let outcomes = await withTaskGroup { group in
            for _ in 0..<100 {
                group.addTask { await refusal { try await hasher.verify("slow one", against: nil, for: Self.ada) } }
            }
            for number in 0..<4 {
                let other = PasswordHasher.Claimant(person: "other\(number)", network: nil)
                group.addTask { await refusal { try await hasher.verify("slow one", against: nil, for: other) } }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains(.overloaded))
        #expect(outcomes.filter { $0 == nil }.count >= 4 + 5)
        #expect(try await !isRight("slow one", nil, by: hasher))
    }

    @Test("A cancelled hash releases its place")
    func cancelled() async throws {
        var turns = TurnLimits()
        turns.behindEachKey = 1
        let hasher = PasswordHasher(cost: Self.slowCost, turns: turns)
        await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask { try await hasher.verify("slow one", against: nil, for: Self.ada).isRight }
            }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .success(let isRight) = result { #expect(!isRight) }
            }
        }
        #expect(try await !isRight("slow one", nil, by: hasher))
        let next = await refusal { try await hasher.hash("slow one", for: Self.ada) }
        #expect(next == nil)
    }
}
