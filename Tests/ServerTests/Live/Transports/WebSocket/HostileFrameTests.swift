import TestSupport
import Testing

@testable import Server

@Suite("Hostile frames", .timeLimit(.standard))
struct HostileFrameTests {
    /// Bytes that violate the protocol, and the code with which the server closes.
    struct Violation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: UInt16
        let bytes: [UInt8]

        init(_ description: String, _ code: UInt16, _ bytes: [UInt8]) {
            testDescription = description
            self.code = code
            self.bytes = bytes
        }
    }

    private static func frame(_ first: UInt8, _ payload: [UInt8] = []) -> [UInt8] { RawSocket.frame(first, payload) }

    static let reservedBits = [0x40, 0x20, 0x10].flatMap { (bit: UInt8) in
        [0x81, 0x89, 0x88].map { (first: UInt8) in
            Violation("reserved bit \(bit) with \(first)", 1002, frame(first | bit, []))
        }
    }

    static let reservedOpcodes = (Array(0x3...0x7) + Array(0xB...0xF)).map { (opcode: UInt8) in
        Violation("opcode \(opcode)", 1002, frame(0x80 | opcode, [0x20]))
    }

    static let controlFrames = [UInt8(0x8), 0x9, 0xA].flatMap { opcode in
        [
            Violation("control frame \(opcode) in parts", 1002, frame(opcode, [0x03, 0xE8])),
            Violation(
                "control frame \(opcode) of 126 bytes",
                1002,
                frame(0x80 | opcode, [UInt8](repeating: 3, count: 126))
            ),
            Violation("control frame \(opcode), unmasked", 1002, [0x80 | opcode, 0x00]),
        ]
    }

    static let texts = [
        Violation(
            "a text that is broken over two parts",
            1007,
            frame(0x01, [0x22, 0xC3]) + frame(0x80, [0x28, 0x22])
        ),
        Violation(
            "a text that ends within a character, in its last part",
            1007,
            frame(0x01, [0x22]) + frame(0x80, [0xE2, 0x82])
        ),
        Violation("bytes inside a text in parts", 1003, frame(0x01, [0x22]) + frame(0x82, [0x22])),
        Violation(
            "a broken text behind a ping inside",
            1007,
            frame(0x01, [0xF0]) + frame(0x89) + frame(0x80, [0x9F, 0x92])
        ),
        Violation(
            "one part after another",
            1009,
            frame(0x01) + (0..<70).flatMap { _ in frame(0x00, [UInt8](repeating: 0x20, count: 1000)) }
        ),
    ]

    static let lengths = [
        Violation("a length of a terabyte", 1009, [0x81, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        Violation(
            "the greatest length",
            1009,
            [0x81, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 7) + [0, 0, 0, 0]
        ),
        Violation("a negative length", 1009, [0x81] + [UInt8](repeating: 0xFF, count: 9) + [0, 0, 0, 0]),
        Violation("a length just above the limit", 1009, [0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]),
    ]

    static let garbage = [
        Violation(
            "a request where a frame should be",
            1002,
            Array("GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\n\r\n".utf8) + [UInt8](repeating: 0x41, count: 100)
        ),
        Violation(
            "TLS where a frame should be",
            1002,
            [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC] + [UInt8](repeating: 3, count: 100)
        ),
        Violation("zeros", 1002, [UInt8](repeating: 0, count: 100)),
        Violation("ones", 1009, [UInt8](repeating: 0xFF, count: 100)),
    ]

    @Test(
        "I8: bytes that violate the protocol are closed with its code, before the hello and after",
        arguments: [reservedBits, reservedOpcodes, controlFrames, texts, lengths, garbage]
    )
    func violations(items: [Violation]) async throws {
        try await withServer(internalLimits: { $0.transports.webSocket.closeTimeout = .milliseconds(10) }) { server in
            let ada = try await server.register("ada")
            for item in items {
                for token in [nil, ada.token] {
                    let socket = try await RawSocket(to: server.site, token: token)
                    try await socket.connection.send(item.bytes)
                    #expect(try await socket.closeCode() == item.code, "\(item.testDescription)")
                }
            }
            // The server still works, and has removed all of them.
            for _ in 0..<10 { _ = try await ada.listen() }
        }
    }

    @Test("Frames may arrive one byte at a time")
    func bytewise() async throws {
        try await withServer(internalLimits: { $0.transports.webSocket.closeTimeout = .milliseconds(10) }) { server in
            let socket = try await RawSocket(to: server.site, token: try await server.register("ada").token)
            let frames =
                RawSocket.frame(0x01, Array("{\"type\":".utf8)) + RawSocket.frame(0x80, Array("\"ping\"}".utf8))
            for byte in frames { try await socket.connection.send([byte]) }
            _ = try await socket.connection.read(until: "{\"type\":\"pong\"}")
            for byte in RawSocket.frame(0x88, [0x0F, 0xA1]) { try await socket.connection.send([byte]) }
            #expect(try await socket.closeCode() == 4001)
        }
    }

    @Test("A close inside a fragmented text is a close")
    func closeInside() async throws {
        try await withServer { server in
            let socket = try await RawSocket(to: server.site, token: try await server.register("ada").token)
            try await socket.connection.send(RawSocket.frame(0x01, [0x22]) + RawSocket.frame(0x88, [0x03, 0xE8]))
            #expect(try await socket.closeCode() == 1000)
        }
    }

    @Test("A client that closes its sending side is disconnected, before its hello and after")
    func halfOpen() async throws {
        try await withServer({ $0.maxConnections = 1 }) { server in
            let ada = try await server.register("ada")
            for token in [ada.token, nil] {
                let socket = try await RawSocket(to: server.site, token: token)
                try await socket.connection.closeSending()
                _ = try await socket.connection.readBytesToEnd()
            }
            // It no longer counts.
            _ = try await ada.listen()
        }
    }

    @Test("I8: what follows a close is not read, however much it is")
    func floodAfterClose() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let socket = try await RawSocket(to: server.site, token: ada.token)
            let text = "{\"type\":\"send\",\"room_id\":\"\(room.id.text)\",\"body\":\"Too late\"}"
            let sends = (0..<1000).flatMap { _ in RawSocket.frame(0x81, Array(text.utf8)) }
            try await socket.connection.send(RawSocket.frame(0x88, [0x03, 0xE8]) + sends)
            try await socket.waitForClose()
            try? await socket.connection.send(sends)
            #expect(try await ada.get("rooms/\(room.id.text)/messages").json.messages == [])
        }
    }
}
