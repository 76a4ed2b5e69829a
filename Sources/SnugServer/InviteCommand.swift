import ArgumentParser
import Chat
import Foundation
import SnugSettings
import Vocabulary

/// `snug-server invite …`: codes with which accounts can be created.
struct InviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Manage invitation codes, with which people create accounts while registration is `invited`.",
        discussion: "Every command works while the server is running, and while it is not.",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// `snug-server invite create [--uses N] [--expires 7d]`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a code and print it. It is printed only once; the database has its hash."
        )

        @Option(help: "Number of accounts that can be created with it, 1 to 10000.")
        var uses = 1

        @Option(help: "Time until it expires, such as 30m, 24h or 7d, at most 366d.")
        var expires = "7d"

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        private static let longestSeconds = 366 * 86_400

        func validate() throws {
            guard InvitationCodes.useLimits.contains(uses) else {
                throw ValidationError("--uses must be a number from 1 to \(InvitationCodes.useLimits.upperBound).")
            }
            guard let period = Period(expires), (1...Self.longestSeconds).contains(period.seconds) else {
                throw ValidationError("--expires must be a duration such as 30m, 24h or 7d, at most 366d.")
            }
        }

        func run() async throws {
            guard let period = Period(expires) else { throw StopError("--expires is not a duration.") }
            let storage = try await OperatorStorage(settings)
            let (code, entry) = try await storage.withStore { store in
                try await store.invitationCodes.create(uses: uses, lifetime: period.duration)
            }
            print(code.text)
            var note =
                "Invitation \(entry.number): \(uses == 1 ? "1 account" : "\(uses) accounts"), "
                + "expires at \(entry.expiresAt.text).\n"
            if storage.settings.registration != .invited {
                note +=
                    "Codes have an effect only while registration is `invited`; it is "
                    + "`\(storage.settings.registration.rawValue)`.\n"
            }
            // Not on standard output, so that a script can use that as the code.
            try? FileHandle.standardError.write(contentsOf: Data(note.utf8))
        }
    }

    /// `snug-server invite list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the codes by number, without the codes themselves."
        )

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            let entries = try await OperatorStorage(settings).withStore { try await $0.invitationCodes.list() }
            print("NUMBER  USED         CREATED                   EXPIRES                   STATE")
            for entry in entries {
                let used = "\(entry.useCount) of \(entry.useLimit)"
                let columns = [
                    ("\(entry.number)", 6), (used, 11), (entry.createdAt.text, 24), (entry.expiresAt.text, 24),
                ]
                let padded = columns.map { $0.padded(to: $1) }
                print((padded + [state(of: entry)]).joined(separator: "  "))
            }
        }

        private func state(of entry: InvitationCodes.Entry) -> String {
            if entry.useCount == entry.useLimit { return "used up" }
            return entry.expiresAt <= .now ? "expired" : "valid"
        }
    }

    /// `snug-server invite revoke NUMBER`
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a code invalid. Accounts created with it remain."
        )

        @Argument(help: "Number of the code, which `invite list` prints.")
        var number: Int64

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            try await OperatorStorage(settings).withStore { store in
                guard try await store.invitationCodes.revoke(number) else {
                    throw StopError("There is no invitation \(number).")
                }
            }
            print("Revoked invitation \(number).")
        }
    }
}
