import FoundationEssentials

/// SHA-256 (FIPS 180-4), computed by libcrypto, incrementally or at once.
package final class SHA256 {
    private let context = unsafe HashContext(SHA256.method, byteCount: 32)

    nonisolated(unsafe) private static let method = unsafe HashContext.method(named: "SHA2-256")

    package init() {}

    package func update(_ bytes: some ContiguousBytes) {
        context.update(bytes)
    }

    /// The hash of all bytes, 32 bytes. Must be called only once.
    package func finalize() -> [UInt8] {
        context.finalize()
    }

    /// 32 bytes.
    package static func hash(_ bytes: some ContiguousBytes) -> [UInt8] {
        let hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }
}
