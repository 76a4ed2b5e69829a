import CCrypto

/// Random bytes, and comparison in constant time.
package enum SecretBytes {
    /// From the kernel's generator (getrandom(2)).
    package static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Compares in constant time, so that a secret cannot be guessed byte by byte.
    package static func areEqual(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
        guard lhs.count == rhs.count else { return false }
        return unsafe CRYPTO_memcmp(lhs, rhs, lhs.count) == 0
    }
}
