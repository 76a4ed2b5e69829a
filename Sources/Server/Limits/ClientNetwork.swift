import Chat
import NIOCore
import SnugSettings

/// Who is limited together: one IPv4 address, or the /64 of an IPv6 client, which may take any address in it (RFC 4291
/// section 2.5.1).
enum ClientNetwork: Hashable, Sendable {
    case v4(UInt32)
    /// The upper half of the address.
    case v6(UInt64)
    /// Connections that have no IP address.
    case none

    init(_ address: IPAddress?) {
        switch address {
        case .v4(let number): self = .v4(number)
        case .v6(let number): self = .v6(UInt64(number >> 64))
        case nil: self = .none
        }
    }

    /// In the form that is remembered; nil for connections that have no IP address.
    var known: Network? {
        switch self {
        case .v4(let address): Network(v4: address)
        case .v6(let prefix): Network(v6: prefix)
        case .none: nil
        }
    }
}

extension ClientAddress {
    /// The network that asks.
    func network(of peer: SocketAddress?, forwardedFor: [String]) -> ClientNetwork {
        // Most requests without a proxy end here, without a text being made.
        guard !forwardedFor.isEmpty else { return ClientNetwork(IPAddress(peer)) }
        return ClientNetwork(of(peer: peer, forwardedFor: forwardedFor))
    }
}
