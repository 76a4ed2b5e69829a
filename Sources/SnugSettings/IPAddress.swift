import NIOCore

/// An IP address as a number. The IPv4-mapped address `::ffff:192.0.2.1` is `192.0.2.1` (RFC 4291 section 2.5.5.2).
package enum IPAddress: Hashable, Sendable, CustomStringConvertible {
    case v4(UInt32)
    case v6(UInt128)

    /// Nil for a peer without an IP address.
    package init?(_ address: SocketAddress?) {
        switch address {
        case .v4(let address):
            self = .v4(UInt32(bigEndian: address.address.sin_addr.s_addr))
        case .v6(let address):
            self = withUnsafeBytes(of: address.address.sin6_addr) { bytes in
                .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) }).withoutMapping
            }
        case .unixDomainSocket, nil:
            return nil
        }
    }

    /// Parses an address; nil for anything else, such as a name, or an address with a port or a zone.
    package init?(_ text: some StringProtocol) {
        guard !text.utf8.contains(UInt8(ascii: "%")),
            let address = try? SocketAddress(ipAddress: String(text), port: 0)
        else { return nil }
        self.init(address)
    }

    package var isLoopback: Bool {
        switch self {
        case .v4(let number): number >> 24 == 127
        case .v6(let number): number == 1
        }
    }

    /// IPv6 addresses are not abbreviated.
    package var description: String {
        switch self {
        case .v4(let number): [24, 16, 8, 0].map { String(number >> $0 & 0xFF) }.joined(separator: ".")
        case .v6(let number):
            (0..<8).reversed().map { String(number >> (16 * $0) & 0xFFFF, radix: 16) }.joined(separator: ":")
        }
    }

    private var withoutMapping: IPAddress {
        guard case .v6(let number) = self, number >> 32 == 0xFFFF else { return self }
        return .v4(UInt32(truncatingIfNeeded: number))
    }
}

/// A network of IP addresses in CIDR notation (RFC 4632 section 3.1).
package struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    private let address: IPAddress
    /// Bits that are not part of the prefix.
    private let hostBits: Int

    /// Parses `10.0.0.0/8`, `fd00::/8`, or a single address. Bits after the prefix are ignored.
    package init?(_ text: String) {
        let sides = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = sides.first, sides.count <= 2, let address = IPAddress(first) else { return nil }
        // The prefix of an IPv4-mapped network is that of the IPv6 form.
        let isMapped = if case .v4 = address { first.contains(":") } else { false }
        let width = if case .v4 = address, !isMapped { 32 } else { 128 }
        let length = sides.count == 1 ? width : Self.number(sides[1])
        guard let length, (isMapped ? 96 : 0)...width ~= length else { return nil }
        description = text
        self.address = address
        hostBits = width - length
    }

    package func contains(_ other: IPAddress) -> Bool {
        switch (address, other) {
        case (.v4(let mine), .v4(let theirs)): mine >> hostBits == theirs >> hostBits
        case (.v6(let mine), .v6(let theirs)): mine >> hostBits == theirs >> hostBits
        default: false
        }
    }

    /// Accepts digits only; `Int` would also accept `+8`.
    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}
