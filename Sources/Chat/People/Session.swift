import Crypto
import Foundation

/// One signed-in client of a person.
package struct Session: Sendable, Equatable {
    package typealias ID = Identifier<Session>

    package let id: ID
    package let userID: User.ID
    package let createdAt: Timestamp
    package let lastUsedAt: Timestamp
    package let expiresAt: Timestamp
}

/// The secret that a client shows to be a session. Only its hash is kept.
package struct SessionToken: Sendable, Equatable {
    /// 43 characters of base64url.
    package let text: String

    /// 256 random bits.
    package static func make() -> SessionToken {
        let key = SymmetricKey(size: .bits256)
        let encoded = key.withUnsafeBytes { Data($0) }.base64EncodedString()
        let text = encoded.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.filter { $0 != "=" }
        return SessionToken(text: String(text))
    }

    package init(text: String) {
        self.text = text
    }

    /// SHA-256 of the text. A fast hash is enough: the token is random, so there is nothing to guess.
    package var hash: Data {
        Data(SHA256.hash(data: Data(text.utf8)))
    }
}
