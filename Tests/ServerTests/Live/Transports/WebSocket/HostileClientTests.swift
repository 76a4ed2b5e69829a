import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Many hostile clients", .timeLimit(.standard))
struct HostileClientTests {
    private static let rounds = 200
    /// Files that the server may open besides connections, because it opens databases when they are needed.
    private static let spareFiles = 4

    /// What a client does to a socket that has been welcomed.
    private typealias Misdeed = @Sendable (RawSocket) async throws -> Void

    private static let misdeeds: [Misdeed] = [
        // Violates the protocol and does not answer the close.
        { socket in
            try await socket.connection.send(RawSocket.frame(0x82, [1]))
            try await socket.waitForClose()
            try await socket.connection.vanish()
        },
        // Violates it in a way that the decoder detects.
        { socket in
            try await socket.connection.send([0x81] + [UInt8](repeating: 0xFF, count: 9))
            _ = try await socket.connection.readBytesToEnd()
        },
        // Sends invalid JSON, and more after the close.
        { socket in
            let garbage = (0..<40).flatMap { _ in RawSocket.frame(0x81, Array("garbage".utf8)) }
            try await socket.connection.send(garbage)
            try await socket.waitForClose()
            try? await socket.connection.send([UInt8](repeating: 7, count: 5000))
            socket.connection.close()
        },
        // Closes its sending side.
        { socket in
            try await socket.connection.closeSending()
            _ = try await socket.connection.readBytesToEnd()
        },
        // Disconnects in the middle of a frame, of a text, and of a command.
        { socket in
            try await socket.connection.send([0x81, 0xFE, 0xFF, 0xFF, 0, 0, 0, 0, 0x22])
            try await socket.connection.vanish()
        },
        { socket in
            try await socket.connection.send(RawSocket.frame(0x01, [UInt8](repeating: 0x20, count: 60_000)))
            try await socket.connection.vanish()
        },
        { socket in
            try await socket.connection.send(RawSocket.frame(0x81, Array("{\"type\":\"ping\"}".utf8)))
            try await socket.connection.vanish()
        },
        // Closes as it should.
        { socket in
            try await socket.connection.send(RawSocket.frame(0x88, [0x03, 0xE8]))
            #expect(try await socket.closeCode() == 1000)
        },
    ]

    @Test("I8: 200 hostile clients leave no connection, no open file and no crash behind")
    func noTrace() async throws {
        try await withMemoryFolder { storage in
            let (_, ended) = try await withServerProcess(
                storage: storage,
                environment: ["SNUG_MAX_CONNECTIONS": "1"]
            ) { server in
                let ada = try await server.site.register("ada")
                for misdeed in Self.misdeeds { try await offend(misdeed, ada) }
                let before = try server.openFileCount
                for round in 0..<Self.rounds {
                    try await offend(Self.misdeeds[round % Self.misdeeds.count], ada)
                    if round % 10 == 0 { try await vanishAsStranger(ada, server.site) }
                }
                try await poll(waitingFor: "the server to close its files") {
                    try server.openFileCount <= before + Self.spareFiles
                }
                // The only connection has been removed.
                _ = try await admitted(ada)
            }
            #expect(ended.status == .exited(0))
        }
    }

    private func offend(_ misdeed: Misdeed, _ person: Person) async throws {
        try await misdeed(try await admitted(person))
    }

    /// The only connection that the server takes, as soon as it has removed the previous one.
    private func admitted(_ person: Person) async throws -> RawSocket {
        try await within(waitingFor: "a free place") {
            while true {
                do {
                    return try await RawSocket(to: person.site, token: person.token)
                } catch is ConnectionEnded {
                    continue
                }
            }
        }
    }

    /// Disconnects before the welcome can arrive.
    private func vanishAsStranger(_ person: Person, _ site: Site) async throws {
        let (silent, hasty) = (try await RawSocket(to: site), try await RawSocket(to: site))
        try await hasty.sayHello(person.token)
        try await hasty.connection.vanish()
        try await silent.connection.vanish()
    }
}
