import Chat

/// A change of an account that the operator requests.
package enum AccountCommand: Codable, Sendable, Equatable {
    case disable(username: String)
    case enable(username: String)
    /// - Parameter hash: Made by `PasswordHasher`.
    case setPassword(username: String, hash: String)
    case setAdmin(username: String, isAdmin: Bool)
    case delete(username: String, withMessages: Bool)

    /// Carries the command out.
    ///
    /// - Returns: The number of sessions that have ended, where the command ends sessions.
    /// - Throws: `notFound` if there is no account with this name.
    package func perform(on accounts: Accounts) async throws -> Int {
        switch self {
        case .disable(let username): return try await accounts.disable(username)
        case .enable(let username): try await accounts.enable(username)
        case .setPassword(let username, let hash): return try await accounts.setPassword(hash: hash, of: username)
        case .setAdmin(let username, let isAdmin): try await accounts.setAdmin(isAdmin, username)
        case .delete(let username, let withMessages): try await accounts.delete(username, withMessages: withMessages)
        }
        return 0
    }

    /// For the log.
    var name: String {
        switch self {
        case .disable: "disable"
        case .enable: "enable"
        case .setPassword: "set password"
        case .setAdmin: "set admin"
        case .delete: "delete"
        }
    }
}

/// The answer of a running server to a command.
package enum AccountCommandReply: Codable, Sendable, Equatable {
    case done(endedSessions: Int)
    /// There is no account with this name.
    case notFound
    /// The command was not carried out, for a reason that the operator can read.
    case failed(String)
}
