import CCrypto
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

/// The state of a hash in libcrypto.
@safe private final class HashContext {
    private let context: OpaquePointer
    private let byteCount: Int

    /// - Parameters:
    ///   - method: An `EVP_MD *` that was fetched once: a fetch takes longer than the hash of a short text
    ///     (https://docs.openssl.org/3.0/man7/crypto/#performance).
    ///   - byteCount: Length of the hash, in bytes.
    init(_ method: OpaquePointer, byteCount: Int) {
        guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex2(context, method, nil) == 1 else {
            fatalError("libcrypto cannot begin a hash: out of memory")
        }
        unsafe self.context = context
        self.byteCount = byteCount
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    func update(_ bytes: some ContiguousBytes) {
        unsafe bytes.withUnsafeBytes { bytes in
            _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }
    }

    func finalize() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            _ = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            count = byteCount
        }
    }

    /// The `EVP_MD *` with this name, which threads may share (https://docs.openssl.org/3.0/man7/openssl-threads/).
    static func method(named name: String) -> OpaquePointer {
        guard let method = unsafe EVP_MD_fetch(nil, name, nil) else {
            fatalError("libcrypto has no \(name); is it restricted to FIPS?")
        }
        return unsafe method
    }
}
