import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Slow clients beside fast ones", .timeLimit(.standard))
struct SlowClientTests {
    private static let people = 5
    private static let socketsEach = 10
    private static let messages = 250
    /// Size of a message in bytes; all of them exceed what the kernel buffers for a socket, and its backlog.
    private static let bodySize = 32_000
    /// Additional memory that the server may use. Backlogs share their events; otherwise it would be 50 MiB.
    private static let maxGrowth = 32 << 20

    @Test("I2, I8: 50 sockets that read nothing are closed, and 50 that read receive everything in order")
    func slowBesideFast() async throws {
        try await withMemoryFolder { storage in
            let (_, ended) = try await withServerProcess(
                storage: storage,
                environment: ["SNUG_MAX_MESSAGE_BYTES": "32768", "SNUG_SQLITE_SYNCHRONOUS": "normal"]
            ) { server in
                let ada = try await server.site.register("ada")
                let (fast, slow) = (
                    try await register("fast", at: server.site), try await register("slow", at: server.site)
                )
                let room = try await ada.makeRoom(with: fast + slow)
                let lastSeq = try await ada.get("rooms/\(room.id.text)").expect(200).json.last_seq.number
                let readers = try await sockets(of: fast)
                let stalled = try await sockets(of: slow, receiveBuffer: 4096)
                for socket in stalled { try await socket.stopReading() }
                let before = try server.residentByteCount
                try await withThrowingTaskGroup { group in
                    for reader in readers {
                        group.addTask { try await receiveAll(reader, from: lastSeq + 1) }
                    }
                    let body = String(repeating: "x", count: Self.bodySize)
                    for _ in 0..<Self.messages { _ = try await ada.say(body, in: room) }
                    try await group.waitForAll()
                }
                let growth = try server.peakByteCount - before
                #expect(growth < Self.maxGrowth, "\(growth >> 20) MiB more")
                try await expectClosed(stalled)
            }
            #expect(ended.status == .exited(0))
        }
    }

    private func register(_ name: String, at site: Site) async throws -> [Person] {
        var people: [Person] = []
        for number in 0..<Self.people { people.append(try await site.register("\(name)\(number)")) }
        return people
    }

    private func sockets(of people: [Person], receiveBuffer: Int? = nil) async throws -> [LiveClient] {
        var sockets: [LiveClient] = []
        for person in people {
            for _ in 0..<Self.socketsEach { sockets.append(try await person.listen(receiveBuffer: receiveBuffer)) }
        }
        return sockets
    }

    private func receiveAll(_ socket: LiveClient, from first: Int) async throws {
        for seq in first..<first + Self.messages {
            let received = try await within(waitingFor: "number \(seq)") {
                while true {
                    if let position = EventPosition(try await socket.nextText()) { return position.seq }
                }
            }
            guard received == seq else { throw DeliveryError(what: "number \(received) instead of \(seq)") }
        }
    }

    /// Each receives the close code for slow readers, or finds the connection ended before it read that.
    private func expectClosed(_ sockets: [LiveClient]) async throws {
        for socket in sockets {
            try await socket.startReading()
            do {
                #expect(try await socket.closeCode() == 1013)
            } catch is ConnectionEnded {
                continue
            }
        }
    }
}
