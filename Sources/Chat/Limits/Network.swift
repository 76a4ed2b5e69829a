import FoundationEssentials

/// The part of a client's IP address that is counted as one client: 4 bytes of IPv4, or the /64 of IPv6.
package struct Network: Hashable, Sendable {
    /// One byte for the family, 4 or 6, followed by 4 or 8 bytes of the address.
    let bytes: Data

    package init(v4 address: UInt32) {
        bytes = withUnsafeBytes(of: address.bigEndian) { Data([4] + $0) }
    }

    package init(v6 prefix: UInt64) {
        bytes = withUnsafeBytes(of: prefix.bigEndian) { Data([6] + $0) }
    }
}
