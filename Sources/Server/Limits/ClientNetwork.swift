import Chat
import NIOCore
import SnugSettings

/// The unit of rate limits for clients: an IPv4 address, or the /64 of an IPv6 address, in which a client may use any
/// address (RFC 4291 section 2.5.1).
enum ClientNetwork: Hashable, Sendable {
    case v4(UInt32)
    /// The upper half of the address.
    case v6(UInt64)
    /// A connection without an IP address.
    case none

    init(_ address: IPAddress?) {
        switch address {
        case .v4(let number): self = .v4(number)
        case .v6(let number): self = .v6(UInt64(number >> 64))
        case nil: self = .none
        }
    }

    /// The form that the store remembers; nil for a connection without an IP address.
    var known: Network? {
        switch self {
        case .v4(let address): Network(v4: address)
        case .v6(let prefix): Network(v6: prefix)
        case .none: nil
        }
    }
}

extension ClientAddress {
    /// The network of the client.
    func network(of peer: SocketAddress?, forwardedFor: [String]) -> ClientNetwork {
        // Without a proxy, no text has to be parsed.
        guard !forwardedFor.isEmpty else { return ClientNetwork(IPAddress(peer)) }
        return ClientNetwork(of(peer: peer, forwardedFor: forwardedFor))
    }
}
