import ArgumentParser
import Chat
import Server

extension UserCommand {
    /// `snug-server user disable NAME`
    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep somebody from signing in, and end all their sessions and live connections at once."
        )

        @Argument(help: "User name.")
        var name: String

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            let username = User.name(typed: name)
            let ended = try await OperatorStorage(settings).carryOut(.disable(username: username))
            print("Disabled \(username). \(UserCommand.sessionsEnded(ended))")
        }
    }

    /// `snug-server user enable NAME`
    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let somebody sign in again.")

        @Argument(help: "User name.")
        var name: String

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            let username = User.name(typed: name)
            _ = try await OperatorStorage(settings).carryOut(.enable(username: username))
            print("Enabled \(username).")
        }
    }

    /// `snug-server user password NAME`
    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a new password, and end all sessions. Prompts for it, or reads it from standard input."
        )

        @Argument(help: "User name.")
        var name: String

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            let storage = try await OperatorStorage(settings)
            let username = User.name(typed: name)
            let hash = try await PasswordHasher.hashForOperator(try Prompt.password())
            let ended = try await storage.carryOut(.setPassword(username: username, hash: hash))
            print("Changed the password of \(username). \(UserCommand.sessionsEnded(ended))")
        }
    }

    /// `snug-server user admin NAME on|off`
    struct Admin: AsyncParsableCommand {
        enum State: String, ExpressibleByArgument, CaseIterable {
            case on
            case off
        }

        static let configuration = CommandConfiguration(abstract: "Make somebody an admin, or a plain user.")

        @Argument(help: "User name.")
        var name: String

        @Argument(help: "Whether the account is an admin.")
        var state: State

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            let username = User.name(typed: name)
            let command = AccountCommand.setAdmin(username: username, isAdmin: state == .on)
            _ = try await OperatorStorage(settings).carryOut(command)
            print("\(username) is \(state == .on ? "an admin" : "a plain user") now.")
        }
    }

    /// `snug-server user delete NAME [--messages] [--yes]`
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an account for good.",
            discussion: """
                Their name, picture, password, sessions, memberships, blocks, invitations and unused uploads are \
                removed, and nobody gets the user name again. Their messages stay, under the name "Deleted user", or \
                are deleted with --messages. A running server deletes messages in the background; without one, the \
                command ends when all are deleted.
                """
        )

        @Argument(help: "User name.")
        var name: String

        @Flag(help: "Delete their messages too.")
        var messages = false

        @Flag(help: "Do not ask for the name again.")
        var yes = false

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            let storage = try await OperatorStorage(settings)
            let username = User.name(typed: name)
            try confirm(username)
            _ = try await storage.carryOut(.delete(username: username, withMessages: messages))
            print("Deleted \(username).")
        }

        private func confirm(_ username: String) throws {
            guard !yes else { return }
            guard Prompt.isTerminal else { throw StopError("Deleting an account needs --yes without a terminal.") }
            let what = messages ? "\(username) and all their messages" : username
            let answer = Prompt.line("This deletes \(what) for good. Type the user name again:")
            guard answer.map(User.name(typed:)) == username else { throw StopError("Nothing was deleted.") }
        }
    }

    fileprivate static func sessionsEnded(_ count: Int) -> String {
        count == 1 ? "1 session has ended." : "\(count) sessions have ended."
    }
}
