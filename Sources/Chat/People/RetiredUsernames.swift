import FoundationEssentials
import Hashing

/// Names of deleted accounts, which nobody gets again: a new account with the name would be taken for the old one. Only
/// hashes of them are stored.
extension WriteTransaction {
    func retire(_ username: String) throws {
        try execute(
            "INSERT INTO retired_usernames (username_hash) VALUES (?) ON CONFLICT DO NOTHING",
            [Snapshot.hash(ofUsername: username)]
        )
    }
}

extension Snapshot {
    static let retiredUsername = "SELECT 1 FROM retired_usernames WHERE username_hash = ?"

    func isRetired(_ username: String) throws -> Bool {
        try exists(Self.retiredUsername, [Self.hash(ofUsername: username)])
    }

    fileprivate static func hash(ofUsername username: String) -> Data {
        Data(SHA256.hash(Array(username.utf8)))
    }
}
