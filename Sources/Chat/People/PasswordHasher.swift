import Crypto
import CryptoExtras
import Dispatch
import Foundation
import Synchronization

/// Hashes and checks passwords with scrypt, one at a time and never on the cooperative pool.
///
/// One at a time because each needs tens of milliseconds of the one core and `128 * blockSize * rounds` bytes.
package final class PasswordHasher: Sendable {
    /// The cost of one hash (RFC 7914 section 2).
    package struct Cost: Sendable, Equatable {
        /// Must be a power of two.
        package var rounds: Int
        package var blockSize: Int
        package var parallelism: Int

        package init(rounds: Int, blockSize: Int, parallelism: Int) {
            self.rounds = rounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// 16 MiB: of the settings that the OWASP Password Storage Cheat Sheet calls equal, one that 512 MB can afford.
        package static let standard = Cost(rounds: 1 << 14, blockSize: 8, parallelism: 5)
    }

    /// Bytes of a password in UTF-8.
    package static let passwordBytes = 8...256
    /// Hashes that may wait for their turn.
    package static let maxWaiting = 64

    private let cost: Cost
    private let queue = DispatchQueue(label: "snug.passwords", qos: .utility)
    private let waiting = Mutex(0)
    /// Checked where there is no such person, so that both cases take the same time.
    private let decoy: String

    package init(cost: Cost = .standard) {
        self.cost = cost
        let salt = Self.randomBytes(Self.saltBytes)
        decoy = Self.text(cost: cost, salt: salt, key: Self.randomBytes(Self.keyBytes))
    }

    /// - Throws: `invalid` unless the password has 8–256 bytes.
    package static func check(password: String, field: String = "password") throws(Refusal) {
        guard passwordBytes.contains(password.utf8.count) else {
            throw .invalid(
                field: field,
                "It must have \(passwordBytes.lowerBound) to \(passwordBytes.upperBound) bytes.",
                limit: passwordBytes.upperBound
            )
        }
    }

    /// The hash to keep, in the PHC string format: `$scrypt$ln=14,r=8,p=5$<salt>$<key>`.
    ///
    /// - Throws: `overloaded` when too many hashes wait already.
    package func hash(_ password: String) async throws -> String {
        try await perform { [cost] in
            let salt = Self.randomBytes(Self.saltBytes)
            return Self.text(cost: cost, salt: salt, key: try Self.key(of: password, salt: salt, cost: cost))
        }
    }

    /// Whether `password` made `hash`. Takes the same time for a person that does not exist (`nil`).
    ///
    /// - Throws: `overloaded` when too many hashes wait already.
    package func verify(_ password: String, against hash: String?) async throws -> Bool {
        let text = hash ?? decoy
        return try await perform {
            guard let parsed = Self.parse(text) else { return false }
            let key = try Self.key(of: password, salt: parsed.salt, cost: parsed.cost)
            // SymmetricKey compares in constant time.
            return SymmetricKey(data: key) == SymmetricKey(data: parsed.key) && hash != nil
        }
    }

    private func perform<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        let mayWait = waiting.withLock { waiting in
            guard waiting < Self.maxWaiting else { return false }
            waiting += 1
            return true
        }
        guard mayWait else { throw Refusal.overloaded(retryAfterSeconds: 5) }
        defer { waiting.withLock { $0 -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try work() }) }
        }
    }

    private static let saltBytes = 16
    private static let keyBytes = 32

    private static func key(of password: String, salt: Data, cost: Cost) throws -> Data {
        let key = try KDF.Scrypt.deriveKey(
            from: Data(password.utf8),
            salt: salt,
            outputByteCount: keyBytes,
            rounds: cost.rounds,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism
        )
        return key.withUnsafeBytes { Data($0) }
    }

    private static func randomBytes(_ count: Int) -> Data {
        SymmetricKey(size: .init(bitCount: count * 8)).withUnsafeBytes { Data($0) }
    }

    private static func text(cost: Cost, salt: Data, key: Data) -> String {
        let parameters = "ln=\(cost.rounds.trailingZeroBitCount),r=\(cost.blockSize),p=\(cost.parallelism)"
        return "$scrypt$\(parameters)$\(base64(salt))$\(base64(key))"
    }

    /// Without padding, as the PHC string format has it.
    private static func base64(_ data: Data) -> String {
        data.base64EncodedString().filter { $0 != "=" }
    }

    private static func data(base64 text: Substring) -> Data? {
        Data(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }

    private static func parse(_ text: String) -> (cost: Cost, salt: Data, key: Data)? {
        let parts = text.split(separator: "$")
        guard parts.count == 4, parts[0] == "scrypt",
            let salt = data(base64: parts[2]), let key = data(base64: parts[3])
        else { return nil }
        var numbers: [Substring: Int] = [:]
        for pair in parts[1].split(separator: ",") {
            let sides = pair.split(separator: "=")
            guard sides.count == 2, let number = Int(sides[1]) else { return nil }
            numbers[sides[0]] = number
        }
        guard let exponent = numbers["ln"], (1...20).contains(exponent), let blockSize = numbers["r"],
            let parallelism = numbers["p"]
        else { return nil }
        return (Cost(rounds: 1 << exponent, blockSize: blockSize, parallelism: parallelism), salt, key)
    }
}
