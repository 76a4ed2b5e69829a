import Fixtures
import GRDB
import Glibc
import SnugClient
import TestSupport
import Testing

@Suite("A password change that a crash interrupts", .timeLimit(.standard))
struct PasswordCrashTests {
    private static let new = "a new password"

    /// The state of the only person, from one read of the database.
    private struct State: Equatable {
        let hash: String
        let sessions: Int
    }

    @Test(
        "I7: after kill -9, either the password has changed and the other sessions have ended, or neither",
        arguments: [true, false]
    )
    func killed(isCommitted: Bool) async throws {
        try await withMemoryFolder { folder in
            let (before, ended) = try await withServerProcess(storage: folder) { process in
                let ada = try await process.site.register("ada")
                let other = Person(site: process.site, signedIn: try await process.site.signIn("ada").expect(201).json)
                let old = try Self.state(in: folder)
                #expect(old.sessions == 2)
                try await Self.changeBlindly(by: ada)
                if isCommitted {
                    try await within(waitingFor: "the new hash") {
                        while try Self.state(in: folder).hash == old.hash { await Task.yield() }
                    }
                    #expect(try Self.state(in: folder).sessions == 1)
                }
                try process.kill()
                return (ada: ada, other: other)
            }
            #expect(ended.status == .signaled(SIGKILL))
            _ = try await withServerProcess(storage: folder) { process in
                #expect(try await before.ada.at(process.site).get("users/me").status == 200)
                let other = try await before.other.at(process.site).get("users/me").status
                let isNew = try await process.site.signIn("ada", password: Self.new).status == 201
                #expect(other == (isNew ? 401 : 200))
                #expect(isNew || !isCommitted)
                #expect(try await process.site.signIn("ada").status == (isNew ? 401 : 201))
            }
        }
    }

    /// Sends the change without waiting for its answer.
    private static func changeBlindly(by person: Person) async throws {
        let body = "{\"password\":\"\(new)\",\"current_password\":\"\(Person.password)\"}"
        try await RawConnection(to: person.site).send(
            "PATCH /api/v1/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(person.token)\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }

    private static func state(in folder: String) throws -> State {
        let database = try DatabaseQueue(path: folder + "/snug.sqlite")
        return try database.read { db in
            let row = try Row.fetchOne(db, sql: "SELECT password_hash, (SELECT count(*) FROM sessions) FROM users")
            return State(hash: row?[0] ?? "", sessions: row?[1] ?? 0)
        }
    }
}
