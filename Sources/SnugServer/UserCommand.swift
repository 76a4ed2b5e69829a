import ArgumentParser
import Chat
import ChatSQLite
import Foundation
import Kernel
import Media
import Server
import SnugSettings

/// `snug-server user …`: accounts, for operators.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Manage accounts.",
        subcommands: [Add.self]
    )

    /// `snug-server user add NAME [--admin]`
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an account. Prompts for the password, or reads it from standard input.",
            discussion: """
                The storage must exist: start the server once to create it. Run as root, the command continues as the \
                owner of the storage. Exits with 1 if the account cannot be created, and with 78 if the storage is \
                missing or cannot be used.
                """
        )

        @Argument(help: "User name: 1 to 32 of the characters a-z 0-9 . _ -")
        var name: String

        @Flag(help: "Allow the account to read GET /health.")
        var admin = false

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            try await Startup.orExplain { try CoreDumps.forbid() }
            let settings = try await Startup.settings(settings)
            try await Startup.orExplain { try Self.claim(settings) }
            guard let password = Self.readPassword() else { throw StopError("A password is required.") }
            do {
                let name = User.name(typed: name)
                try User.check(username: name)
                try PasswordHasher.check(password: password)
                let user = try await makeUser(name, settings, password)
                print("Created \(admin ? "admin" : "user") \(user.username), id \(user.id).")
            } catch let refusal as Refusal {
                throw StopError(Problem(refusal as any Error)?.detail ?? "The account could not be created.")
            }
        }

        /// Opens an existing storage as its owner.
        private static func claim(_ settings: Settings) throws {
            let folder = try StorageFolder(existing: settings.storage, database: Store.fileName)
            try folder.claim(Store.fileNames)
        }

        private func makeUser(_ name: String, _ settings: Settings, _ password: String) async throws -> User {
            let store = try await Startup.orExplain {
                try Store(
                    path: settings.databasePath,
                    role: .guest,
                    lockPath: "\(settings.storage)/\(StorageLock.serverName)",
                    limits: settings.limits
                )
            }
            return try await store.closing {
                try await store.people.create(
                    username: name,
                    displayName: name,
                    passwordHash: try await PasswordHasher().hash(password, for: .init(person: nil, network: nil)),
                    isAdmin: admin
                )
            }
        }

        /// Reads a password without echo from a terminal, or else one line of standard input.
        private static func readPassword() -> String? {
            guard isatty(STDIN_FILENO) == 1 else { return readLine(strippingNewline: true) }
            return getpass("Password (8 to 256 bytes): ").map { String(cString: $0) }
        }
    }
}

/// Ends the command with a line for the operator and exit status 1.
private struct StopError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
