import SnugClient
import TestSupport

/// A WebSocket written byte by byte, for what no library would send.
struct RawSocket: Sendable {
    let connection: RawConnection

    /// Opens a socket.
    ///
    /// - Parameter token: Signs in with it and waits for the welcome; nil does not sign in.
    init(to site: Site, token: String? = nil) async throws {
        connection = try await RawConnection(to: site)
        try await connection.send(
            "GET /api/v1/realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        _ = try await connection.readHead()
        guard let token else { return }
        try await sayHello(token)
        _ = try await connection.read(until: "\"heartbeat_seconds\":30}")
    }

    func sayHello(_ token: String) async throws {
        try await connection.send(Self.frame(0x81, Array("{\"type\":\"hello\",\"token\":\"\(token)\"}".utf8)))
    }

    /// The code with which the server closes, if that is the last frame that it sends.
    func closeCode() async throws -> UInt16? {
        let last = try await connection.readBytesToEnd().suffix(4)
        guard last.count == 4, last.starts(with: Self.close) else { return nil }
        return last.suffix(2).reduce(0) { $0 << 8 | UInt16($1) }
    }

    /// Returns when the server's close frame has begun.
    func waitForClose() async throws {
        try await connection.readBytes(until: Self.close)
    }

    /// How the server's close frame begins: final, unmasked, with a code.
    private static let close: [UInt8] = [0x88, 0x02]

    /// A frame whose mask is zero, so that its payload reads as it is (RFC 6455 section 5.2).
    ///
    /// - Parameter first: Fin, reserved bits and opcode.
    static func frame(_ first: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
        let size = payload.count
        let length: [UInt8] = size < 126 ? [0x80 | UInt8(size)] : [0xFE, UInt8(size >> 8), UInt8(size & 0xFF)]
        return [first] + length + [0, 0, 0, 0] + payload
    }
}
