import NIOCore

/// Who is limited together: one IPv4 address, or the /64 of an IPv6 client, which may take any address in it (RFC 4291
/// section 2.5.1).
enum ClientNetwork: Hashable, Sendable {
    case v4(UInt32)
    /// The upper half of the address.
    case v6(UInt64)
    /// Connections that have no IP address.
    case none

    init(_ address: SocketAddress?) {
        switch address {
        case .v4(let address):
            self = .v4(UInt32(bigEndian: address.address.sin_addr.s_addr))
        case .v6(let address):
            self = withUnsafeBytes(of: address.address.sin6_addr) { bytes in
                // Another name of an IPv4 address (RFC 4291 section 2.5.5.2).
                if bytes.dropLast(4).elementsEqual(Self.mappedPrefix) { return .v4(Self.number(bytes.suffix(4))) }
                return .v6(Self.number(bytes.prefix(8)))
            }
        case .unixDomainSocket, nil:
            self = .none
        }
    }

    /// Nil for what is no IP address.
    init?(_ text: String) {
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        self.init(address)
    }

    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    private static func number<Number: FixedWidthInteger>(_ bytes: some Sequence<UInt8>) -> Number {
        bytes.reduce(0) { $0 << 8 | Number($1) }
    }
}

extension ClientAddress {
    /// The network that asks. Where a trusted proxy says something that is no address, it is the proxy's own.
    func network(of peer: SocketAddress?, forwardedFor: [String]) -> ClientNetwork {
        // Most requests without a proxy end here, without a text being made.
        guard !forwardedFor.isEmpty else { return ClientNetwork(peer) }
        return of(peer: peer, forwardedFor: forwardedFor).flatMap(ClientNetwork.init) ?? ClientNetwork(peer)
    }
}
