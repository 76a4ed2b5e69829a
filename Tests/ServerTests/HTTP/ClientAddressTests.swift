import NIOCore
import SnugSettings
import Synchronization
import TestSupport
import Testing

@testable import Server

@Suite("Client addresses", .timeLimit(.standard))
struct ClientAddressTests {
    private let address = ClientAddress(
        trustedProxies: ["127.0.0.1", "::1", "10.0.0.0/8", "fd00::/8"].compactMap { IPNetwork($0) }
    )

    private func client(_ peer: String, _ forwarded: String...) throws -> IPAddress? {
        address.of(peer: try SocketAddress(ipAddress: peer, port: 1), forwardedFor: forwarded)
    }

    private func isLocal(_ peer: String, _ forwarded: String...) throws -> Bool {
        address.isLocal(peer: try SocketAddress(ipAddress: peer, port: 1), forwardedFor: forwarded)
    }

    @Test("Forwarded headers of untrusted peers are ignored")
    func stranger() throws {
        #expect(try client("192.0.2.1") == IPAddress("192.0.2.1"))
        #expect(try client("192.0.2.1", "198.51.100.7") == IPAddress("192.0.2.1"))
    }

    @Test("Behind trusted proxies, the client is the last address that is not a trusted proxy")
    func proxy() throws {
        #expect(try client("127.0.0.1", "192.0.2.1") == IPAddress("192.0.2.1"))
        #expect(try client("127.0.0.1", "198.51.100.7, 192.0.2.1") == IPAddress("192.0.2.1"))
        #expect(try client("::1", "192.0.2.1, 10.0.0.1") == IPAddress("192.0.2.1"))
        #expect(try client("10.9.8.7", "198.51.100.7", "192.0.2.1,10.0.0.1") == IPAddress("192.0.2.1"))
        #expect(try client("fd12::1", "2001:db8::1") == IPAddress("2001:db8::1"))
    }

    @Test("A malformed entry counts as the proxy that sent it")
    func invalid() throws {
        for text in ["127.evil", "unknown", "192.0.2.1:80", "[::1]", "127.1", "fe80::1%eth0", "256.0.0.1"] {
            #expect(try client("127.0.0.1", text) == IPAddress("127.0.0.1"))
            #expect(try client("127.0.0.1", "192.0.2.1, \(text)") == IPAddress("127.0.0.1"))
            #expect(try client("127.0.0.1", "\(text), 10.0.0.1") == IPAddress("10.0.0.1"))
        }
    }

    @Test("I7: An IPv4-mapped IPv6 address is the IPv4 address")
    func mapped() throws {
        #expect(try client("::ffff:127.0.0.1", "192.0.2.1") == IPAddress("192.0.2.1"))
        #expect(try client("::ffff:192.0.2.9", "127.0.0.1") == IPAddress("192.0.2.9"))
        #expect(try client("127.0.0.1", "::ffff:192.0.2.1") == IPAddress("192.0.2.1"))
        #expect(try client("127.0.0.1", "192.0.2.1, ::FFFF:a00:1") == IPAddress("192.0.2.1"))
    }

    @Test("If all addresses are trusted proxies, the first one is the client")
    func itself() throws {
        #expect(try client("127.0.0.1") == IPAddress("127.0.0.1"))
        #expect(try client("127.0.0.1", "10.0.0.2, 10.0.0.1") == IPAddress("10.0.0.2"))
        #expect(try client("127.0.0.1", " , ,") == IPAddress("127.0.0.1"))
    }

    @Test("A peer without an address has none")
    func unknown() throws {
        let path = try SocketAddress(unixDomainSocketPath: "/tmp/socket")
        #expect(address.of(peer: nil, forwardedFor: []) == nil)
        #expect(address.of(peer: path, forwardedFor: ["192.0.2.1"]) == nil)
        #expect(!address.isLocal(peer: path, forwardedFor: []))
    }

    @Test("I7: only a loopback connection is local, unless a proxy names another client")
    func local() throws {
        for peer in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] { #expect(try isLocal(peer)) }
        #expect(try isLocal("127.0.0.1", "127.0.0.1"))
        #expect(try isLocal("127.0.0.1", "::1, 127.0.0.1"))
        for peer in ["192.0.2.1", "10.0.0.1", "::2"] {
            #expect(try !isLocal(peer))
            #expect(try !isLocal(peer, "127.0.0.1"))
        }
        for forwarded in ["127.evil", "127.0.0.1.example", "192.0.2.1", "10.0.0.1", "127.0.0.1, 192.0.2.1", "unknown"] {
            #expect(try !isLocal("127.0.0.1", forwarded))
        }
        // The first entry is ignored, because the second one is not a trusted proxy.
        #expect(try !isLocal("127.0.0.1", "127.0.0.1, 192.0.2.1, 10.0.0.1"))
    }

    @Test("I7: clients of an untrusted proxy on this machine are not local")
    func untrustedLocalProxy() throws {
        let address = ClientAddress(trustedProxies: ["10.0.0.0/8"].compactMap { IPNetwork($0) })
        let peer = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        #expect(address.isLocal(peer: peer, forwardedFor: []))
        for forwarded in ["8.8.8.8", "127.0.0.1", "127.evil"] {
            #expect(!address.isLocal(peer: peer, forwardedFor: [forwarded]))
        }
    }

    @Test("An untrusted peer that sends the header is reported")
    func untrusted() throws {
        let reported = Mutex<[IPAddress]>([])
        let address = ClientAddress(trustedProxies: []) { peer in reported.withLock { $0.append(peer) } }
        let peer = try SocketAddress(ipAddress: "192.0.2.1", port: 1)
        _ = address.of(peer: peer, forwardedFor: [])
        _ = address.of(peer: peer, forwardedFor: [" "])
        #expect(reported.withLock { $0 } == [])
        _ = address.network(of: peer, forwardedFor: ["198.51.100.7"])
        #expect(reported.withLock { $0 } == [try #require(IPAddress("192.0.2.1"))])
    }
}
