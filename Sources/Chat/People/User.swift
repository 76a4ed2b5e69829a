/// Somebody with an account.
package struct User: Sendable, Equatable {
    package typealias ID = Identifier<User>

    package let id: ID
    package let username: String
    package let displayName: String
    package let avatar: Attachment?
    package let isAdmin: Bool
    package let createdAt: Timestamp
    /// When they did something last before they went offline; nil while they never did.
    package let lastSeenAt: Timestamp?

    /// Characters of a display name.
    static let displayNameLimit = 64
    /// Characters of a user name.
    static let usernameLimit = 32

    /// - Throws: `invalid` unless it is 1–32 of `a-z 0-9 . _ -`.
    package static func check(username: String) throws(Refusal) {
        let allowed = username.utf8.allSatisfy { byte in
            switch byte {
            case 0x61...0x7A, 0x30...0x39, 0x2E, 0x5F, 0x2D: true
            default: false
            }
        }
        guard allowed, (1...usernameLimit).contains(username.utf8.count) else {
            throw .invalid(
                field: "username",
                "It must be 1 to \(usernameLimit) of the characters a-z 0-9 . _ -.",
                limit: usernameLimit
            )
        }
    }

    /// The name that people see: as given, or the user name where none is given.
    package static func check(displayName: String?, username: String) throws(Refusal) -> String {
        guard let displayName else { return username }
        return try Label.check(displayName, field: "display_name", limit: displayNameLimit)
    }
}

/// What somebody wants changed about themselves; nil leaves a thing as it is.
package struct UserChanges: Sendable {
    package enum Avatar: Sendable {
        case none
        case attachment(Attachment.ID)
    }

    package var displayName: String?
    package var avatar: Avatar?
    /// A hash made by `PasswordHasher`.
    package var passwordHash: String?

    package init() {}
}

/// A person as another sees them.
package struct UserView: Sendable, Equatable {
    package let user: User
    /// Whether the viewer may know if they are there: who shares no room with them may not.
    package let showsPresence: Bool
}
