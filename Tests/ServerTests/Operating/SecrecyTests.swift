import Fixtures
import Foundation
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Secrets and the log", .timeLimit(.standard))
struct SecrecyTests {
    @Test("I7: no password, token, signed URL, secret or message is logged at any level")
    func noSecrets() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom("Room of our own")
            let socket = try await LiveClient(to: server.site)
            try await socket.say(["type": "hello", "token": .string(ada.token)])
            _ = try await socket.next("welcome")
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg"), named: "our-own.jpg"))
            _ = try await ada.say("Words of our own", in: room, with: [picture])
            let url = picture.variants.thumbnail.url.text
            _ = try await server.site.send(.GET, url).expect(200)
            _ = try await server.site.signIn("ada", password: "a wrong password of our own")
            let change: JSON = ["password": "a new password", "current_password": .string(Person.password)]
            _ = try await ada.patch("users/me", change).expect(200)
            _ = try await ada.send(.POST, "rooms", body: .text("{\"name\":\"broken of our own"))

            let log = server.log
            #expect(log.count > 5)
            let secret = try String(contentsOfFile: server.storage + "/secret", encoding: .utf8)
            let signature = try #require(url.split(separator: "/").dropFirst().first)
            let forbidden = [
                ada.token, Person.password, "a new password", "of our own", "our-own.jpg", String(signature),
                secret.trimmingCharacters(in: .newlines),
            ]
            for text in forbidden { #expect(!log.contains { $0.contains(text) }, "\(text) is in the log") }
        }
    }

    @Test("I7: passwords and tokens are not in the storage")
    func notStored() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            for file in ["snug.sqlite", "snug.sqlite-wal"] {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(server.storage)/\(file)"))
                #expect(bytes.range(of: Data(ada.token.utf8)) == nil)
                #expect(bytes.range(of: Data(Person.password.utf8)) == nil)
            }
        }
    }

    @Test("Errors contain no SQL, C functions or paths")
    func quietErrors() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            try FileManager.default.removeItem(atPath: server.storage + "/media/incoming")
            let answer = try await ada.send(.POST, "attachments", body: .text("content"))
            #expect(answer.isProblem(500, "internal"))
            for word in ["storage", "errno", "No such file", "incoming", "SQL"] { #expect(!answer.text.contains(word)) }
        }
    }
}
