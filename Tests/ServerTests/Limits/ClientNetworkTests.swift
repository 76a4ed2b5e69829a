import NIOCore
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Networks of clients", .timeLimit(.standard))
struct ClientNetworkTests {
    private let address = ClientAddress(
        trustedProxies: ["127.0.0.1", "::1", "10.0.0.1"].compactMap { IPNetwork($0) }
    )

    private func network(_ peer: String, _ forwarded: String...) throws -> ClientNetwork {
        address.network(of: try SocketAddress(ipAddress: peer, port: 1), forwardedFor: forwarded)
    }

    @Test("I8: all addresses of an IPv6 /64 share a limit")
    func sixtyFour() throws {
        #expect(try network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff:ffff:ffff:ffff"))
        #expect(try network("2001:db8:1:2::1") != network("2001:db8:1:3::1"))
        #expect(try network("2001:db8:1:2::1") == .v6(0x2001_0db8_0001_0002))
        #expect(try network("127.0.0.1", "2001:db8:1:2::1") == network("2001:db8:1:2::9"))
    }

    @Test("Every IPv4 address has its own limit, in whatever notation")
    func four() throws {
        #expect(try network("192.0.2.1") == .v4(0xC000_0201))
        #expect(try network("192.0.2.1") != network("192.0.2.2"))
        #expect(try network("::ffff:192.0.2.1") == network("192.0.2.1"))
        #expect(try network("127.0.0.1", "::ffff:192.0.2.1") == network("192.0.2.1"))
    }

    @Test("I8: forwarded headers of untrusted peers change nothing")
    func spoofing() throws {
        #expect(try network("192.0.2.1", "198.51.100.7") == network("192.0.2.1"))
        #expect(try network("127.0.0.1", "198.51.100.7, 192.0.2.1, 10.0.0.1") == network("192.0.2.1"))
        #expect(try network("127.0.0.1", "198.51.100.7", "192.0.2.1") == network("192.0.2.1"))
    }

    @Test("A proxy that sends no valid address is limited itself", arguments: ["unknown", "192.0.2.1:80", "", " , "])
    func nonsense(text: String) throws {
        #expect(try network("127.0.0.1", text) == network("127.0.0.1"))
    }

    @Test("Clients without an address share a limit")
    func none() throws {
        let path = try SocketAddress(unixDomainSocketPath: "/tmp/socket")
        #expect(address.network(of: nil, forwardedFor: []) == .none)
        #expect(address.network(of: path, forwardedFor: ["192.0.2.1"]) == .none)
    }
}
