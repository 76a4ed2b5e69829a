/// A person and the hash that their password is checked against.
package struct Credentials: Sendable, Equatable {
    package let userID: User.ID
    package let username: String
    package let passwordHash: String

    package init(userID: User.ID, username: String, passwordHash: String) {
        self.userID = userID
        self.username = username
        self.passwordHash = passwordHash
    }
}

/// Credentials whose password was correct when it was checked. A transaction that relies on them must compare the hash
/// again.
package struct VerifiedCredentials: Sendable, Equatable {
    package let credentials: Credentials
    /// A hash of the same password in the current form, to replace the one in the database; nil if that one is current.
    package let renewedHash: String?

    package var userID: User.ID { credentials.userID }

    package init(_ credentials: Credentials, renewedHash: String? = nil) {
        self.credentials = credentials
        self.renewedHash = renewedHash
    }
}

/// Thrown if the hash in the database is no longer the one that was verified, because the password was changed or its
/// hash renewed. The password has to be checked again, against the current hash.
package struct StaleCredentials: Error {
    package init() {}
}
