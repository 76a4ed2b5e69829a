import GRDB
import SnugClient
import TestSupport
import Testing

@testable import Chat

@Suite("Password changes during sign-in", .timeLimit(.standard))
struct PasswordRaceTests {
    @Test("I7: no session that signed in with the old password remains after a concurrent change")
    func race() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            var password = Person.password
            for round in 0..<20 {
                let (old, new) = (password, "new password \(round)")
                let change: JSON = ["password": .string(new), "current_password": .string(old)]
                async let changed = ada.patch("users/me", change)
                let signedIn = try await signIns(8, old, at: server.site)
                #expect(try await changed.status == 200)
                for thief in signedIn { #expect(try await thief.get("users/me").status == 401) }
                password = new
            }
            #expect(try await ada.get("sessions").json.sessions.elements.count == 1)
            #expect(try await server.site.signIn("ada", password: password).status == 201)
        }
    }

    private func signIns(_ count: Int, _ password: String, at site: Site) async throws -> [Person] {
        try await withThrowingTaskGroup(of: Person?.self) { group in
            for _ in 0..<count {
                group.addTask {
                    let answer = try await site.signIn("ada", password: password)
                    return answer.status == 201 ? Person(site: site, signedIn: answer.json) : nil
                }
            }
            return try await group.reduce(into: []) { if let person = $1 { $0.append(person) } }
        }
    }

    @Test("Concurrent sign-ins succeed while the hash is renewed")
    func renewal() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let cost = PasswordHasher.Cost(rounds: 4, blockSize: 8, parallelism: 1)
            let old = try PasswordHash(Person.password, cost: cost).text
            let database = try DatabaseQueue(path: server.storage + "/snug.sqlite")
            try await database.write { try $0.execute(sql: "UPDATE users SET password_hash = ?", arguments: [old]) }
            #expect(try await signIns(8, Person.password, at: server.site).count == 8)
            #expect(try await ada.get("users/me").status == 200)
        }
    }
}
