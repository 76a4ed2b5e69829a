import HTTPTypes
import NIOCore
import SnugSettings

/// Finds out who really asks when a proxy stands between.
struct ClientAddress: Sendable {
    /// Peers whose `X-Forwarded-For` is believed.
    let trustedProxies: [IPNetwork]
    /// Called where a peer that is not trusted sends `X-Forwarded-For`.
    var onUntrusted: @Sendable (IPAddress) -> Void = { _ in }

    /// The address of the client: the connection's own, or, where that is a trusted proxy, the last one in
    /// `X-Forwarded-For` that is no trusted proxy. What stands before that may have been made up by the client. An entry
    /// that is no address counts as the proxy that sent it.
    ///
    /// - Parameter forwardedFor: The values of `X-Forwarded-For`, in their order.
    func of(peer: SocketAddress?, forwardedFor: [String]) -> IPAddress? {
        guard let peer = IPAddress(peer) else { return nil }
        return trace(peer, forwardedFor).client
    }

    /// Whether the client is on this machine: the connection comes from a loopback address, and names no other client.
    /// An address in a header alone makes nobody local, and neither does a proxy on this machine that is not trusted.
    func isLocal(peer: SocketAddress?, forwardedFor: [String]) -> Bool {
        guard let peer = IPAddress(peer), peer.isLoopback else { return false }
        let (client, isNamedRightly) = trace(peer, forwardedFor)
        return client.isLoopback && isNamedRightly
    }

    private func trace(_ peer: IPAddress, _ forwardedFor: [String]) -> (client: IPAddress, isNamedRightly: Bool) {
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
