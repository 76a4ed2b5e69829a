import NIOCore
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Who is limited together", .timeLimit(.standard))
struct ClientNetworkTests {
    private let address = ClientAddress(
        trustedProxies: ["127.0.0.1", "::1", "10.0.0.1"].compactMap { IPNetwork($0) }
    )

    private func network(_ peer: String, _ forwarded: String...) throws -> ClientNetwork {
        address.network(of: try SocketAddress(ipAddress: peer, port: 1), forwardedFor: forwarded)
    }

    @Test("I8: an IPv6 client cannot help itself by another address of its /64")
    func sixtyFour() throws {
        #expect(try network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff:ffff:ffff:ffff"))
        #expect(try network("2001:db8:1:2::1") != network("2001:db8:1:3::1"))
        #expect(try network("2001:db8:1:2::1") == .v6(0x2001_0db8_0001_0002))
        #expect(try network("127.0.0.1", "2001:db8:1:2::1") == network("2001:db8:1:2::9"))
    }

    @Test("Every IPv4 address is one, by whatever name it comes")
    func four() throws {
        #expect(try network("192.0.2.1") == .v4(0xC000_0201))
        #expect(try network("192.0.2.1") != network("192.0.2.2"))
        #expect(try network("::ffff:192.0.2.1") == network("192.0.2.1"))
        #expect(try network("127.0.0.1", "::ffff:192.0.2.1") == network("192.0.2.1"))
    }

    @Test("I8: what a stranger claims changes nothing")
    func spoofing() throws {
        #expect(try network("192.0.2.1", "198.51.100.7") == network("192.0.2.1"))
        #expect(try network("127.0.0.1", "198.51.100.7, 192.0.2.1, 10.0.0.1") == network("192.0.2.1"))
        #expect(try network("127.0.0.1", "198.51.100.7", "192.0.2.1") == network("192.0.2.1"))
    }

    @Test("A proxy that names no address is limited itself", arguments: ["unknown", "192.0.2.1:80", "", " , "])
    func nonsense(text: String) throws {
        #expect(try network("127.0.0.1", text) == network("127.0.0.1"))
    }

    @Test("Without an address all are one")
    func none() throws {
        let path = try SocketAddress(unixDomainSocketPath: "/tmp/socket")
        #expect(address.network(of: nil, forwardedFor: []) == .none)
        #expect(address.network(of: path, forwardedFor: ["192.0.2.1"]) == .none)
    }
}
