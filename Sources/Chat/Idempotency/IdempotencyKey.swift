import FoundationEssentials
import Hashing

/// A client's name for something that it wants done once, however often it has to ask.
package struct IdempotencyKey: Sendable, Hashable {
    /// Time that a key is kept. After it, the same key is a new one.
    package static let lifetime = Duration.seconds(86_400)

    /// Whose key it is: 16 bytes of a person's id, or the 32 bytes of a name's hash.
    let scope: Data
    /// What is asked for; the same key for something else is another one.
    let route: String
    /// 1 to 64 characters of visible ASCII.
    let text: String

    /// Characters of a key.
    package static let length = 1...64

    /// Whether a client may send the text as a key: 1 to 64 characters of visible ASCII.
    package static func isWellFormed(_ text: String) -> Bool {
        length.contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Tells one person's or one name's keys from those of others.
    package var owner: Data { scope }

    /// The key of somebody who is signed in.
    package init(of user: User.ID, route: String, text: String) {
        scope = withUnsafeBytes(of: user.uuid.uuid) { Data($0) }
        self.route = route
        self.text = text
    }

    /// The key of somebody who is about to sign in. Names are case-insensitive here, and no matter how long.
    package init(ofNamed username: String, route: String, text: String) {
        scope = Data(SHA256.hash(Array(username.lowercased().utf8)))
        self.route = route
        self.text = text
    }
}

/// A request under a key: the key, and what tells this request from another one that was given the same key.
package struct IdempotentRequest: Sendable, Equatable {
    package let key: IdempotencyKey
    /// SHA-256, 32 bytes.
    let fingerprint: Data

    /// - Parameter parts: Everything that makes the request what it is. Must not hold a password: the hash is kept, and
    ///   too fast to protect one.
    package init(_ key: IdempotencyKey, parts: [Data]) {
        let hash = SHA256()
        for part in parts {
            // With its length before it, so that no part can pass for the end of another.
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update($0) }
            hash.update(part)
        }
        self.key = key
        fingerprint = Data(hash.finalize())
    }
}
