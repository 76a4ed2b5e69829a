import ArgumentParser
import Chat
import Server

/// `snug-server user …`: accounts, for operators.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Manage accounts.",
        discussion: """
            The storage must exist: start the server once to create it. Every command works while the server is \
            running, and while it is not. Run as root, a command continues as the owner of the storage. A command exits \
            with 1 if it is refused, for example because there is no such account, and with 78 if the storage is missing \
            or cannot be used.
            """,
        subcommands: [Add.self, List.self, Disable.self, Enable.self, Password.self, Admin.self, Delete.self]
    )

    /// `snug-server user add NAME [--admin]`
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an account. Prompts for the password, or reads it from standard input."
        )

        @Argument(help: "User name: 1 to 32 of the characters a-z 0-9 . _ -")
        var name: String

        @Flag(help: "Make the account an admin, who may read GET /health from anywhere.")
        var admin = false

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            let storage = try await OperatorStorage(settings)
            let password = try Prompt.password()
            let username = User.name(typed: name)
            let hash = try await PasswordHasher.hashForOperator(password)
            let user = try await storage.withStore { store in
                try User.check(username: username)
                return try await store.people.create(
                    username: username,
                    displayName: username,
                    passwordHash: hash,
                    isAdmin: admin
                )
            }
            print("Created \(admin ? "admin" : "user") \(user.username), id \(user.id).")
        }
    }
}
