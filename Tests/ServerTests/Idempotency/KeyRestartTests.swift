import Fixtures
import Glibc
import SnugClient
import TestSupport
import Testing

@Suite("Repeated requests after a restart", .timeLimit(.standard))
struct KeyRestartTests {
    private static let account: JSON = ["username": "ada", "password": .string(Person.password)]

    @Test("I3: a request that was answered before kill -9 gets the same answer after it, and nothing is created twice")
    func answered() async throws {
        try await withMemoryFolder { folder in
            let (before, _) = try await withServerProcess(storage: folder) { process in
                let ada = try await Self.register(at: process.site)
                let room = try await ada.makeRoom()
                let answers = try await Self.askForEverything(ada, room)
                try process.kill()
                return (ada: ada, room: room, answers: answers)
            }
            #expect(before.answers.allSatisfy { $0.status == 201 && !$0.isReplayed })
            let rows = try rowCounts(in: folder)
            _ = try await withServerProcess(storage: folder) { process in
                let again = try await Self.askForEverything(before.ada.at(process.site), before.room)
                #expect(again.allSatisfy { $0.isReplayed })
                #expect(again.map(\.json) == before.answers.map(\.json))
                #expect(try rowCounts(in: folder) == rows)
                let account = try await process.site.post("users", Self.account, key: "key").expect(201)
                #expect(account.isReplayed)
                #expect(try rowCounts(in: folder) == rows)
            }
        }
    }

    @Test("I3: a request whose answer was lost to kill -9 is carried out once, however often it is repeated")
    func unanswered() async throws {
        try await withMemoryFolder { folder in
            let (before, ended) = try await withServerProcess(storage: folder) { process in
                let ada = try await Self.register(at: process.site)
                let path = "rooms/\(try await ada.makeRoom().id.text)/messages"
                for number in 0..<20 { try await Self.sendBlindly("\(number)", to: path, by: ada) }
                try await poll(waitingFor: "messages") { try rowCounts(in: folder)["messages"] ?? 0 >= 5 }
                try process.kill()
                return (ada: ada, path: path)
            }
            #expect(ended.status == .signaled(SIGKILL))
            let stored = try rowCounts(in: folder)["messages"] ?? 0
            _ = try await withServerProcess(storage: folder) { process in
                let ada = before.ada.at(process.site)
                var replayed = 0
                for number in 0..<20 {
                    let body: JSON = ["body": .string("\(number)")]
                    let answer = try await ada.post(before.path, body, key: "key\(number)")
                    #expect(answer.status == 201 && answer.json.body.text == "\(number)")
                    if answer.isReplayed { replayed += 1 }
                }
                #expect(replayed == stored)
                let page = try await ada.get(before.path + "?limit=100").expect(200).json.messages.elements
                #expect(page.map(\.body.text).sorted() == (0..<20).map(String.init).sorted())
            }
        }
    }

    private static func register(at site: Site) async throws -> Person {
        Person(site: site, signedIn: try await site.post("users", account, key: "key").expect(201).json)
    }

    private static func askForEverything(_ ada: Person, _ room: JSON) async throws -> [Answer] {
        [
            try await ada.post("rooms", ["kind": "private", "name": "Once"], key: "key"),
            try await ada.post("rooms/\(room.id.text)/messages", ["body": "Once"], key: "key"),
            try await ada.upload([1, 2, 3], key: "key"),
        ]
    }

    /// Sends a message without waiting for an answer.
    private static func sendBlindly(_ number: String, to path: String, by person: Person) async throws {
        let body = "{\"body\":\"\(number)\"}"
        try await RawConnection(to: person.site).send(
            "POST /api/v1/\(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(person.token)\r\n"
                + "Idempotency-Key: key\(number)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }
}
