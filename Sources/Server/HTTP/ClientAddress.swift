import HTTPTypes
import NIOCore

/// Finds out who really asks when a proxy stands between.
struct ClientAddress: Sendable {
    /// Addresses whose `X-Forwarded-For` is believed.
    let trustedProxies: Set<String>

    /// The address of the client: the connection's own, or the last one in `X-Forwarded-For` that is no trusted
    /// proxy, where a trusted proxy sends it. What stands before that may have been made up by the client.
    func of(peer: SocketAddress?, headers: HTTPFields) -> String? {
        of(peer: peer, forwardedFor: headers[values: .xForwardedFor])
    }

    /// - Parameter forwardedFor: the values of `X-Forwarded-For`, in their order.
    func of(peer: SocketAddress?, forwardedFor: [String]) -> String? {
        guard let address = peer?.ipAddress.map(Self.withoutMapping) else { return nil }
        guard trustedProxies.contains(address) else { return address }
        let hops = forwardedFor.joined(separator: ",").split(separator: ",")
            .map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
        return hops.last { !trustedProxies.contains($0) } ?? address
    }

    /// An IPv4 client of a server that listens on `::` has an address such as `::ffff:127.0.0.1` (RFC 4291 section
    /// 2.5.5.2), which must not look like another one.
    private static func withoutMapping(_ address: String) -> String {
        let prefix = "::ffff:"
        return address.hasPrefix(prefix) && address.contains(".") ? String(address.dropFirst(prefix.count)) : address
    }

    static func isLoopback(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
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
    static let contentSecurityPolicy = Self("Content-Security-Policy")!
}
