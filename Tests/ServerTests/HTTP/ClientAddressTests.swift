import HTTPTypes
import NIOCore
import Testing

@testable import Server

@Suite("Who asks")
struct ClientAddressTests {
    private let address = ClientAddress(trustedProxies: ["127.0.0.1", "::1", "10.0.0.1"])

    private func client(_ peer: String, _ forwarded: String...) throws -> String? {
        var headers = HTTPFields()
        for value in forwarded { headers.append(HTTPField(name: .xForwardedFor, value: value)) }
        return address.of(peer: try SocketAddress(ipAddress: peer, port: 1), headers: headers)
    }

    @Test("A stranger is who they are, whatever they claim")
    func stranger() throws {
        #expect(try client("192.0.2.1") == "192.0.2.1")
        #expect(try client("192.0.2.1", "198.51.100.7") == "192.0.2.1")
    }

    @Test("Behind a trusted proxy it is the last address that no trusted proxy added")
    func proxy() throws {
        #expect(try client("127.0.0.1", "192.0.2.1") == "192.0.2.1")
        #expect(try client("127.0.0.1", "198.51.100.7, 192.0.2.1") == "192.0.2.1")
        #expect(try client("::1", "192.0.2.1, 10.0.0.1") == "192.0.2.1")
        #expect(try client("127.0.0.1", "198.51.100.7", "192.0.2.1,10.0.0.1") == "192.0.2.1")
        #expect(try client("127.0.0.1", "2001:db8::1") == "2001:db8::1")
    }

    @Test("I7: On a server that listens on both families, IPv4 has no second name")
    func mapped() throws {
        #expect(try client("::ffff:127.0.0.1", "192.0.2.1") == "192.0.2.1")
        #expect(try client("::ffff:192.0.2.9", "127.0.0.1") == "192.0.2.9")
    }

    @Test("A trusted proxy that names nobody else asks for itself")
    func itself() throws {
        #expect(try client("127.0.0.1") == "127.0.0.1")
        #expect(try client("127.0.0.1", "10.0.0.1") == "127.0.0.1")
        #expect(try client("127.0.0.1", " , ,") == "127.0.0.1")
    }

    @Test("A peer without an address is nobody")
    func unknown() throws {
        #expect(address.of(peer: nil, headers: [:]) == nil)
        #expect(address.of(peer: try SocketAddress(unixDomainSocketPath: "/tmp/socket"), headers: [:]) == nil)
    }

    @Test(
        "Loopback addresses",
        arguments: [
            ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("192.0.2.1", false),
            ("::2", false), ("1270.0.0.1", false), ("", false),
        ]
    )
    func loopback(text: String, isLoopback: Bool) {
        #expect(ClientAddress.isLoopback(text) == isLoopback)
    }
}
