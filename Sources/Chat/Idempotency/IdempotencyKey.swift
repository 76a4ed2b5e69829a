import FoundationEssentials
import Hashing

/// A key that a client sends with a request, so that the request is carried out once however often it is sent.
package struct IdempotencyKey: Sendable, Hashable {
    /// How long a key is kept. After that, the same key counts as new.
    package static let lifetime = Duration.seconds(86_400)

    /// The owner of the key: the 16 bytes of a person's id, or the 32 bytes of a user name's hash.
    let scope: Data
    /// The operation. The same text on another route is a different key.
    let route: String
    /// 1 to 64 characters of visible ASCII.
    let text: String

    /// Allowed length of a key, in characters.
    package static let length = 1...64

    /// Whether a client may send the text as a key: 1 to 64 characters of visible ASCII.
    package static func isWellFormed(_ text: String) -> Bool {
        length.contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Identifies the person or user name that the key belongs to.
    package var owner: Data { scope }

    /// A key of somebody who is signed in.
    package init(of user: User.ID, route: String, text: String) {
        scope = withUnsafeBytes(of: user.uuid.uuid) { Data($0) }
        self.route = route
        self.text = text
    }

    /// A key of somebody who is signing in. The name is case-insensitive and may have any length.
    package init(ofNamed username: String, route: String, text: String) {
        scope = Data(SHA256.hash(Array(username.lowercased().utf8)))
        self.route = route
        self.text = text
    }
}

/// An idempotency key and the fingerprint of its request, which distinguishes the request from others with the same
/// key.
package struct IdempotentRequest: Sendable, Equatable {
    package let key: IdempotencyKey
    /// SHA-256, 32 bytes.
    let fingerprint: Data

    /// - Parameter parts: Everything that identifies the request. Must not contain a password: the hash is stored, and
    ///   is too fast to protect one.
    package init(_ key: IdempotencyKey, parts: [Data]) {
        let hash = SHA256()
        for part in parts {
            // Prefixed with its length, so that different parts cannot add up to the same bytes.
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update($0) }
            hash.update(part)
        }
        self.key = key
        fingerprint = Data(hash.finalize())
    }
}
