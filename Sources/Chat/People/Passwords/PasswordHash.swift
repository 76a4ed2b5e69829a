import FoundationEssentials
import Hashing

/// A hash of a password by scrypt, in the PHC string format.
package struct PasswordHash: Sendable {
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

        /// 16 MiB of memory: among the settings that the OWASP Password Storage Cheat Sheet calls equivalent, one that
        /// a machine with 512 MB can afford.
        package static let standard = Cost(rounds: 1 << 14, blockSize: 8, parallelism: 5)
    }

    let cost: Cost
    let salt: [UInt8]
    let key: [UInt8]

    private static let saltBytes = 16
    private static let keyBytes = 32

    private init(cost: Cost, salt: [UInt8], key: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.key = key
    }

    /// Hashes a password with a new salt. Blocks.
    init(_ password: String, cost: Cost) throws {
        let salt = SecretBytes.random(Self.saltBytes)
        self.init(cost: cost, salt: salt, key: try Self.key(of: password, salt: salt, cost: cost))
    }

    /// A hash that matches no password.
    static func decoy(cost: Cost) -> PasswordHash {
        PasswordHash(cost: cost, salt: SecretBytes.random(saltBytes), key: SecretBytes.random(keyBytes))
    }

    /// Hashes another password with the same salt and cost. Blocks.
    func withKey(of password: String) throws -> PasswordHash {
        PasswordHash(cost: cost, salt: salt, key: try Self.key(of: password, salt: salt, cost: cost))
    }

    func hasSameKey(as other: PasswordHash) -> Bool {
        SecretBytes.areEqual(key, other.key)
    }

    private static func key(of password: String, salt: [UInt8], cost: Cost) throws -> [UInt8] {
        try Scrypt.key(
            of: password,
            salt: salt,
            rounds: cost.rounds,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism,
            byteCount: keyBytes
        )
    }
}

/// The PHC string format: `$scrypt$ln=14,r=8,p=5$<salt>$<key>`.
extension PasswordHash {
    var text: String {
        let parameters = "ln=\(cost.rounds.trailingZeroBitCount),r=\(cost.blockSize),p=\(cost.parallelism)"
        return "$scrypt$\(parameters)$\(Self.base64(salt))$\(Self.base64(key))"
    }

    /// Nil for a text in another format.
    init?(_ text: String) {
        let parts = text.split(separator: "$")
        guard parts.count == 4, parts[0] == "scrypt", let cost = Self.cost(parts[1]),
            let salt = Self.bytes(base64: parts[2]), let key = Self.bytes(base64: parts[3])
        else { return nil }
        self.init(cost: cost, salt: salt, key: key)
    }

    private static func cost(_ text: Substring) -> Cost? {
        var numbers: [Substring: Int] = [:]
        for pair in text.split(separator: ",") {
            let sides = pair.split(separator: "=")
            guard sides.count == 2, let number = Int(sides[1]) else { return nil }
            numbers[sides[0]] = number
        }
        guard let exponent = numbers["ln"], (1...20).contains(exponent), let blockSize = numbers["r"],
            let parallelism = numbers["p"]
        else { return nil }
        return Cost(rounds: 1 << exponent, blockSize: blockSize, parallelism: parallelism)
    }

    /// Without padding, as the PHC string format requires.
    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().filter { $0 != "=" }
    }

    private static func bytes(base64 text: Substring) -> [UInt8]? {
        Data(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)).map(Array.init)
    }
}
