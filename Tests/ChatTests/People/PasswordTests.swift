import Testing

@testable import Chat

@Suite("Passwords")
struct PasswordTests {
    /// Weak and fast.
    private static let cost = PasswordHasher.Cost(rounds: 16, blockSize: 1, parallelism: 1)

    @Test("A hash knows its own password and no other")
    func verify() async throws {
        let hasher = PasswordHasher(cost: Self.cost)
        let hash = try await hasher.hash("correct horse")
        #expect(try await hasher.verify("correct horse", against: hash))
        #expect(try await !hasher.verify("correct horsf", against: hash))
        #expect(try await !hasher.verify("", against: hash))
    }

    @Test("Nobody's password is never right")
    func nobody() async throws {
        let hasher = PasswordHasher(cost: Self.cost)
        #expect(try await !hasher.verify("", against: nil))
        #expect(try await !hasher.verify("correct horse", against: nil))
    }

    @Test(
        "A text that is no hash fits no password",
        arguments: [
            "", "hash", "$scrypt$ln=4,r=1,p=1$c2FsdA", "$argon2$ln=4,r=1,p=1$c2FsdA$a2V5", "$scrypt$ln=4$c2FsdA$a2V5",
            "$scrypt$ln=99,r=1,p=1$c2FsdA$a2V5", "$scrypt$ln=x,r=1,p=1$c2FsdA$a2V5", "$scrypt$ln=4,r=1,p=1$*$*",
        ]
    )
    func garbled(text: String) async throws {
        #expect(try await !PasswordHasher(cost: Self.cost).verify("correct horse", against: text))
    }

    @Test("A hash is a PHC string: parameters, then salt and key in base64 without padding")
    func format() async throws {
        let hash = try await PasswordHasher().hash("correct horse")
        #expect(hash.wholeMatch(of: /\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+\/]{22}\$[A-Za-z0-9+\/]{43}/) != nil)
        #expect(try await PasswordHasher(cost: Self.cost).verify("correct horse", against: hash))
    }

    @Test("The same password has another hash each time")
    func salt() async throws {
        let hasher = PasswordHasher(cost: Self.cost)
        #expect(try await hasher.hash("correct horse") != hasher.hash("correct horse"))
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

    @Test("I8: Hashes that find too many waiting are refused")
    func overload() async throws {
        let hasher = PasswordHasher(cost: Self.cost)
        let slow = try await PasswordHasher(cost: .init(rounds: 1 << 10, blockSize: 8, parallelism: 1)).hash("slow one")
        let outcomes = await withTaskGroup { group in
            for _ in 0..<PasswordHasher.maxWaiting * 3 {
                group.addTask { await refusal { try await hasher.verify("slow one", against: slow) } }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains(.overloaded))
        #expect(outcomes.filter { $0 == nil }.count >= PasswordHasher.maxWaiting)
        #expect(try await hasher.verify("slow one", against: slow))
    }
}
