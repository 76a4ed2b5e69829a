import ArgumentParser
import Chat
import Foundation
import Kernel
import Media
import Server
import SnugSettings

/// `snug-server user …`: accounts, for operators.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Look after accounts.",
        subcommands: [Add.self]
    )

    /// `snug-server user add NAME [--admin]`
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account. The password is asked for, or read from standard input.",
            discussion: """
                The storage must be there already: start the server once. Exits with 78 where there is none, or where it \
                cannot be used, and with 1 when the account cannot be made. Run as root it goes on as the storage's owner.
                """
        )

        @Argument(help: "1 to 32 of the characters a-z 0-9 . _ -")
        var name: String

        @Flag(help: "May look at the server's insides.")
        var admin = false

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            try await Startup.orExplain { try CoreDumps.forbid() }
            let settings = try await Startup.settings(settings)
            try await Startup.orExplain { try Self.claim(settings) }
            guard let password = Self.readPassword() else { throw StopError("A password is needed.") }
            do {
                let name = User.name(typed: name)
                try User.check(username: name)
                try PasswordHasher.check(password: password)
                let user = try await makeUser(name, settings, password)
                print("Made \(admin ? "the admin" : "the user") \(user.username), \(user.id).")
            } catch let refusal as Refusal {
                throw StopError(Problem(refusal as any Error)?.detail ?? "The account could not be made.")
            }
        }

        /// Takes a storage that is there already, as its owner.
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
                try await store.createUser(
                    username: name,
                    displayName: name,
                    passwordHash: try await PasswordHasher().hash(password, for: .init(person: nil, network: nil)),
                    isAdmin: admin
                )
            }
        }

        /// Without an echo on a terminal; otherwise one line.
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
