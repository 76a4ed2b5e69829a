import CCrypto

/// The password hash scrypt (RFC 7914), computed by libcrypto.
package enum Scrypt {
    /// libcrypto rejected the parameters or ran out of memory.
    package struct Failure: Error {}

    /// Derives a key of `byteCount` bytes. Blocks, and uses 128 × `blockSize` × `rounds` bytes of memory while it runs.
    ///
    /// - Parameters:
    ///   - rounds: N of RFC 7914; a power of two.
    ///   - blockSize: r of RFC 7914.
    ///   - parallelism: p of RFC 7914.
    package static func key(
        of password: String,
        salt: [UInt8],
        rounds: Int,
        blockSize: Int,
        parallelism: Int,
        byteCount: Int
    ) throws(Failure) -> [UInt8] {
        let password = Array(password.utf8)
        // The memory that libcrypto allocates for these parameters. Its default limit is 32 MiB.
        let memory = 128 * blockSize * (rounds + parallelism + 2)
        var isDerived = false
        let key = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            let result = unsafe password.withUnsafeBufferPointer { password in
                unsafe EVP_PBE_scrypt(
                    UnsafeRawPointer(password.baseAddress)?.assumingMemoryBound(to: CChar.self),
                    password.count,
                    salt,
                    salt.count,
                    UInt64(rounds),
                    UInt64(blockSize),
                    UInt64(parallelism),
                    UInt64(memory),
                    buffer.baseAddress,
                    byteCount
                )
            }
            isDerived = result == 1
            count = isDerived ? byteCount : 0
        }
        guard isDerived else { throw Failure() }
        return key
    }
}
