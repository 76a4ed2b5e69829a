import CCrypto
import FoundationEssentials

/// The state of a hash in libcrypto.
@safe final class HashContext {
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
