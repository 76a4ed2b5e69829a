import Vocabulary

/// Somebody with an account.
package struct User: Sendable, Equatable {
    package typealias ID = Identifier<User>

    package let id: ID
    package let username: String
    package let displayName: String
    package internal(set) var avatar: Attachment?
    package let isAdmin: Bool
    package let createdAt: Timestamp
    /// When they were last active before they went offline; nil if they never went offline.
    package let lastSeenAt: Timestamp?
    /// Whether the account was deleted. What is left of it are the messages and the direct rooms of others.
    package internal(set) var isDeleted = false

    /// Display name of a deleted account.
    package static let deletedName = "Deleted user"
    /// Maximum length of a display name, in characters.
    static let displayNameLimit = 64
    /// Maximum length of a user name, in characters.
    static let usernameLimit = 32

    /// The stored form of a typed user name: in lower case, without surrounding white space.
    package static func name(typed text: String) -> String {
        text.trimmingWhitespace().lowercased()
    }

    /// - Throws: `invalid` unless it has 1–32 of the characters `a-z 0-9 . _ -`, at least one of them a letter or
    ///   digit, and is not a word of the API's paths.
    package static func check(username: String) throws(Refusal) {
        let letters = username.utf8.count { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        let signs = username.utf8.count { $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }
        guard (1...usernameLimit).contains(username.utf8.count), letters + signs == username.utf8.count else {
            throw .invalid(
                field: "username",
                "It must be 1 to \(usernameLimit) of the characters a-z 0-9 . _ -.",
                limit: usernameLimit
            )
        }
        guard letters > 0 else { throw .invalid(field: "username", "It must have a letter or a digit.") }
        guard !UserNames.pathWords.contains(username) else {
            throw .invalid(field: "username", "This name is reserved.")
        }
    }

    /// Refuses names that only an operator may give, for accounts that people register themselves.
    ///
    /// - Throws: `invalid`.
    package static func checkIsNotReserved(username: String) throws(Refusal) {
        let plain = username.filter { $0.isLetter || $0.isNumber }
        guard !UserNames.reserved.contains(plain) else {
            throw .invalid(field: "username", "This name is reserved.")
        }
    }

    /// The display name as given, or the user name if none is given.
    package static func check(displayName: String?, username: String) throws(Refusal) -> String {
        guard let displayName else { return username }
        return try Label.check(displayName, field: "display_name", limit: displayNameLimit)
    }
}

/// A person as another person sees them.
package struct UserView: Sendable, Equatable {
    package internal(set) var user: User
    /// Whether the viewer may see their presence, which they may not without a room in common.
    package let showsPresence: Bool

    package init(user: User, showsPresence: Bool) {
        self.user = user
        self.showsPresence = showsPresence
    }
}
