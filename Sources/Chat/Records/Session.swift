import FoundationEssentials
import Hashing
import Vocabulary

/// One signed-in client of a person.
package struct Session: Sendable, Equatable {
    package typealias ID = Identifier<Session>

    package let id: ID
    package let userID: User.ID
    package let createdAt: Timestamp
    package let lastUsedAt: Timestamp
    package let expiresAt: Timestamp
}

/// The secret with which a client authenticates. Only its hash is stored.
package struct SessionToken: Sendable, Equatable {
    /// 43 characters of base64url.
    package let text: String

    /// 256 random bits.
    package static func make() -> SessionToken {
        SessionToken(text: Base64URL.encode(SecretBytes.random(32)))
    }

    package init(text: String) {
        self.text = text
    }

    /// SHA-256 of the text. A fast hash is enough: the token is random, so there is nothing to guess.
    package var hash: Data {
        Data(SHA256.hash(Array(text.utf8)))
    }
}
