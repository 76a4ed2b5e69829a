import FoundationEssentials

/// MD5 (RFC 1321), computed by libcrypto. Insecure; only for protocols that require it.
package enum MD5 {
    nonisolated(unsafe) private static let method = unsafe HashContext.method(named: "MD5")

    /// 16 bytes.
    package static func hash(_ bytes: some ContiguousBytes) -> [UInt8] {
        let context = unsafe HashContext(method, byteCount: 16)
        context.update(bytes)
        return context.finalize()
    }
}
