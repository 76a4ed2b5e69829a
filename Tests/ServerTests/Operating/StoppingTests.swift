import Fixtures
import Glibc
import SnugClient
import TestSupport
import Testing

@Suite("Stopping", .timeLimit(.standard))
struct StoppingTests {
    @Test("SIGTERM closes live sockets with 1012, and the server exits with 0")
    func sigterm() async throws {
        try await withMemoryFolder { folder in
            let (_, ended) = try await withServerProcess(storage: folder) { process in
                let socket = try await process.site.register("ada").listen()
                try process.terminate()
                #expect(try await socket.closeCode() == 1012)
                try await socket.waitForEnd()
            }
            #expect(ended.status == .exited(0))
        }
    }

    @Test("SIGTERM lets a current request finish and accepts no new ones")
    func requestFinishes() async throws {
        try await withMemoryFolder { folder in
            let (_, ended) = try await withServerProcess(storage: folder) { process in
                let ada = try await process.site.register("ada")
                let socket = try await ada.listen()
                let upload = try await RawConnection(to: process.site)
                try await upload.send(
                    "POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(ada.token)\r\n"
                        + "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n"
                )
                _ = try await upload.readHead()
                try process.terminate()
                #expect(try await socket.closeCode() == 1012)
                try await upload.send("0123456789")
                #expect(try await upload.readHead().hasPrefix("HTTP/1.1 201 "))
                await #expect(throws: (any Error).self) { try await process.site.send(.GET, "/health/simple") }
            }
            #expect(ended.status == .exited(0))
        }
    }

    @Test("I1: acknowledged people, rooms, messages and files survive kill -9")
    func killed() async throws {
        try await withMemoryFolder { folder in
            let (before, ended) = try await withServerProcess(storage: folder) { process in
                let ada = try await process.site.register("ada")
                let room = try await ada.makeRoom()
                let file = try await ada.upload([1, 2, 3])
                var messages = [try await ada.say("With a file", in: room, with: [file])]
                for number in 0..<20 { messages.append(try await ada.say("\(number)", in: room)) }
                try process.kill()
                return (ada: ada, room: room, file: file, messages: messages)
            }
            #expect(ended.status == .signaled(SIGKILL))
            _ = try await withServerProcess(storage: folder) { process in
                let ada = before.ada.at(process.site)
                let page = try await ada.get("rooms/\(before.room.id.text)/messages").expect(200).json
                #expect(page.messages == .array(before.messages))
                #expect(try await ada.get("attachments/\(before.file.id.text)/original").body == [1, 2, 3])
            }
        }
    }

    @Test("I1: of messages in flight at kill -9, every acknowledged one exists once and in order")
    func killedInFlight() async throws {
        try await withMemoryFolder { folder in
            let (before, _) = try await withServerProcess(storage: folder) { process in
                let ada = try await process.site.register("ada")
                let room = try await ada.makeRoom()
                let socket = try await ada.listen()
                for number in 0..<60 {
                    try await socket.say(["type": "send", "room_id": room.id, "body": .string("\(number)")])
                }
                var acknowledged: [JSON] = []
                while acknowledged.count < 20 { acknowledged.append(try await socket.first("ack").message) }
                try process.kill()
                while let more = try? await socket.first("ack").message { acknowledged.append(more) }
                return (ada: ada, room: room, acknowledged: acknowledged)
            }
            _ = try await withServerProcess(storage: folder) { process in
                let page = try await before.ada.at(process.site).get("rooms/\(before.room.id.text)/messages?limit=100")
                let stored = page.json.messages.elements
                #expect(Array(stored.prefix(before.acknowledged.count)) == before.acknowledged)
                #expect(Set(stored.map(\.seq)).count == stored.count)
            }
        }
    }

    @Test("I3: a message repeated after kill -9 with its client message id is the first one")
    func repeatAfterRestart() async throws {
        try await withMemoryFolder { folder in
            let draft: JSON = ["body": "Once", "client_message_id": "0b6e1f0a-5c5e-4d8e-9f0a-0123456789ab"]
            let (before, _) = try await withServerProcess(storage: folder) { process in
                let ada = try await process.site.register("ada")
                let path = "rooms/\(try await ada.makeRoom().id.text)/messages"
                let message = try await ada.post(path, draft).expect(201).json
                try process.kill()
                return (ada: ada, path: path, message: message)
            }
            _ = try await withServerProcess(storage: folder) { process in
                let again = try await before.ada.at(process.site).post(before.path, draft).expect(201)
                #expect(again.json == before.message)
            }
        }
    }
}
