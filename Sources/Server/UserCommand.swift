import ArgumentParser
import Chat
import Foundation
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
            abstract: "Make an account. The password is asked for, or read from standard input."
        )

        @Argument(help: "1 to 32 of the characters a-z 0-9 . _ -")
        var name: String

        @Flag(help: "May look at the server's insides.")
        var admin = false

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            let settings = try await Startup.settings(settings)
            guard let password = Self.readPassword() else { throw StopError("A password is needed.") }
            do {
                let name = User.name(typed: name)
                try User.check(username: name)
                try PasswordHasher.check(password: password)
                try settings.makeStorage()
                let store = try Store(path: settings.databasePath, limits: settings.limits)
                let hash = try await PasswordHasher().hash(password, for: .init(person: nil, network: nil))
                let user = try await store.createUser(
                    username: name,
                    displayName: name,
                    passwordHash: hash,
                    isAdmin: admin
                )
                print("Made \(admin ? "the admin" : "the user") \(user.username), \(user.id).")
            } catch let refusal as Refusal {
                throw StopError(Problem(refusal as any Error)?.detail ?? "The account could not be made.")
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
