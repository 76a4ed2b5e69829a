import HTTPTypes
import NIOCore
import SnugSettings

/// Determines the address of a client, also behind proxies.
struct ClientAddress: Sendable {
    /// Peers whose `X-Forwarded-For` is trusted.
    let trustedProxies: [IPNetwork]
    /// Called when a peer that is not trusted sends `X-Forwarded-For`.
    var onUntrusted: @Sendable (IPAddress) -> Void = { _ in }

    /// The address of the client: the peer, or, if that is a trusted proxy, the last address in `X-Forwarded-For` that
    /// is not one. The client may have forged the entries before it. An invalid entry counts as the proxy that sent it.
    ///
    /// - Parameter forwardedFor: The values of `X-Forwarded-For`, in order.
    func of(peer: SocketAddress?, forwardedFor: [String]) -> IPAddress? {
        guard let peer = IPAddress(peer) else { return nil }
        return trace(peer, forwardedFor).client
    }

    /// Whether the client is on this machine: the peer has a loopback address, and `X-Forwarded-For` names no other
    /// client. A proxy on this machine that is not trusted is not local.
    func isLocal(peer: SocketAddress?, forwardedFor: [String]) -> Bool {
        guard let peer = IPAddress(peer), peer.isLoopback else { return false }
        let (client, isTrustworthy) = trace(peer, forwardedFor)
        return client.isLoopback && isTrustworthy
    }

    private func trace(_ peer: IPAddress, _ forwardedFor: [String]) -> (client: IPAddress, isTrustworthy: Bool) {
        let hops = forwardedFor.lazy.flatMap { $0.split(separator: ",") }
            .map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        guard !hops.isEmpty else { return (peer, true) }
        guard isTrusted(peer) else {
            onUntrusted(peer)
            return (peer, false)
        }
        var client = peer
        for hop in hops.reversed() {
            guard let address = IPAddress(hop) else { return (client, false) }
            client = address
            guard isTrusted(address) else { break }
        }
        return (client, true)
    }

    /// Whether the peer is one of the trusted proxies.
    func isTrusted(_ peer: SocketAddress?) -> Bool {
        IPAddress(peer).map(isTrusted) ?? false
    }

    private func isTrusted(_ address: IPAddress) -> Bool {
        trustedProxies.contains { $0.contains(address) }
    }
}

extension HTTPField.Name {
    static let xForwardedFor = Self("X-Forwarded-For")!
    static let rateLimitRemaining = Self("RateLimit-Remaining")!
    static let lastEventID = Self("Last-Event-ID")!
    static let xAccelBuffering = Self("X-Accel-Buffering")!
    static let prefer = Self("Prefer")!
    static let preferenceApplied = Self("Preference-Applied")!
    static let accelRedirect = Self("X-Accel-Redirect")!
    static let snugAccelerate = Self("Snug-Accelerate")!
    static let snugSecureLink = Self("Snug-Secure-Link")!
    static let referrerPolicy = Self("Referrer-Policy")!
    static let contentSecurityPolicy = Self("Content-Security-Policy")!
}
