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
    /// When they did something last before they went offline; nil while they never did.
    package let lastSeenAt: Timestamp?

    /// Characters of a display name.
    static let displayNameLimit = 64
    /// Characters of a user name.
    static let usernameLimit = 32

    /// A user name as it is kept, of what somebody typed: in lower case, without white space around it.
    package static func name(typed text: String) -> String {
        text.trimmingWhitespace().lowercased()
    }

    /// - Throws: `invalid` unless it is 1–32 of `a-z 0-9 . _ -`, a letter or digit among them, and no word of the API's
    ///   paths.
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

    /// Refuses what only an operator may be called, for accounts that people make themselves.
    ///
    /// - Throws: `invalid`.
    package static func checkIsNotReserved(username: String) throws(Refusal) {
        let plain = username.filter { $0.isLetter || $0.isNumber }
        guard !UserNames.reserved.contains(plain) else {
            throw .invalid(field: "username", "This name is reserved.")
        }
    }

    /// The name that people see: as given, or the user name where none is given.
    package static func check(displayName: String?, username: String) throws(Refusal) -> String {
        guard let displayName else { return username }
        return try Label.check(displayName, field: "display_name", limit: displayNameLimit)
    }
}

/// A person as another sees them.
package struct UserView: Sendable, Equatable {
    package internal(set) var user: User
    /// Whether the viewer may know if they are there: who shares no room with them may not.
    package let showsPresence: Bool

    package init(user: User, showsPresence: Bool) {
        self.user = user
        self.showsPresence = showsPresence
    }
}
