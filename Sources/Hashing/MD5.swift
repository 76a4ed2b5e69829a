import FoundationEssentials

/// MD5 (RFC 1321), computed by libcrypto. Broken as a hash; it is here for protocols that demand it.
package enum MD5 {
    nonisolated(unsafe) private static let method = unsafe HashContext.method(named: "MD5")

    /// 16 bytes.
    package static func hash(_ bytes: some ContiguousBytes) -> [UInt8] {
        let context = unsafe HashContext(method, byteCount: 16)
        context.update(bytes)
        return context.finalize()
    }
}
