/// The changes that somebody makes to themselves; nil leaves a field as it is.
package struct UserChanges: Sendable {
    package enum Avatar: Sendable {
        case none
        case attachment(Attachment.ID)
    }

    package var displayName: String?
    /// A password to replace the one that was verified.
    package struct Password: Sendable {
        package let verified: VerifiedCredentials
        /// Made by `PasswordHasher`.
        package let hash: String
        /// The session that sets the password, the only one that does not end.
        package let session: Session.ID

        package init(verified: VerifiedCredentials, hash: String, session: Session.ID) {
            self.verified = verified
            self.hash = hash
            self.session = session
        }
    }

    package var avatar: Avatar?
    package var password: Password?

    package init() {}
}
