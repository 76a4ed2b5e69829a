import FoundationEssentials
import Hashing

/// A secret with which an account can be created. Only its hash is stored.
package struct InvitationCode: Sendable, Equatable {
    /// The characters without separators, in lower case.
    private let characters: String

    /// Of Crockford's Base32, which has no letter that looks like a digit.
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
    private static let length = 20
    private static let groupLength = 5
    /// Maximum length of what is typed, in bytes. Anything longer is no code.
    private static let typedBytes = 64

    private init(characters: String) {
        self.characters = characters
    }

    /// 100 random bits.
    package static func make() -> InvitationCode {
        InvitationCode(characters: String(SecretBytes.random(length).map { alphabet[Int($0 & 31)] }))
    }

    /// The code as somebody types it, whatever the case, spaces and dashes. O counts as 0, and I and L count as 1.
    package init(typed text: String) {
        let similar: [Character: Character] = ["o": "0", "i": "1", "l": "1"]
        let typed = text.utf8.count <= Self.typedBytes ? text.lowercased() : ""
        let kept = typed.filter { !$0.isWhitespace && $0 != "-" }
        self.init(characters: String(kept.map { similar[$0] ?? $0 }))
    }

    /// As it is shown: `7k2mq-…`, four groups of five characters.
    package var text: String {
        let all = Array(characters)
        return stride(from: 0, to: all.count, by: Self.groupLength)
            .map { String(all[$0..<min($0 + Self.groupLength, all.count)]) }.joined(separator: "-")
    }

    /// SHA-256 of the characters. A fast hash is enough: the code is random, so there is nothing to guess. The database
    /// compares hashes, and how long that takes says nothing about the code.
    var hash: Data {
        Data(SHA256.hash(Array(characters.utf8)))
    }
}

extension WriteTransaction {
    /// Takes one use of the code.
    ///
    /// - Throws: `invitationRequired` if the code is unknown, expired or used up.
    func use(_ code: InvitationCode) throws {
        guard try execute(Snapshot.useInvitationCode, [code.hash, now]) == 1 else { throw Refusal.invitationRequired }
    }
}

extension Snapshot {
    static let usableInvitationCode = """
        SELECT 1 FROM invitation_codes WHERE code_hash = ?1 AND expires_at > ?2 AND use_count < use_limit
        """
    static let useInvitationCode = """
        UPDATE invitation_codes SET use_count = use_count + 1
        WHERE code_hash = ?1 AND expires_at > ?2 AND use_count < use_limit
        """
}
