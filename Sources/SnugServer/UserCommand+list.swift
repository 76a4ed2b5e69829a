import ArgumentParser
import Chat
import Foundation
import Server
import Vocabulary

extension UserCommand {
    /// `snug-server user list [--json]`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List all accounts, ordered by user name. Deleted accounts are left out."
        )

        @Flag(help: "Print a JSON array, with sizes in bytes and times in UTC.")
        var json = false

        @Argument(parsing: .allUnrecognized, help: "Settings, such as --storage ./storage.")
        var settings: [String] = []

        func run() async throws {
            try await OperatorStorage(settings).withStore { store in
                var output = AccountList(isJSON: json)
                var last = ""
                while true {
                    let page = try await store.accounts.list(after: last)
                    output.write(page)
                    guard page.count == Accounts.pageSize, let username = page.last?.username else { break }
                    last = username
                }
                output.end()
            }
        }
    }
}

/// Writes accounts page by page, so that their number does not matter.
private struct AccountList {
    let isJSON: Bool
    private var count = 0
    private var nameWidth = 4

    init(isJSON: Bool) {
        self.isJSON = isJSON
    }

    mutating func write(_ page: [Account]) {
        if count == 0 {
            nameWidth = max(nameWidth, page.map(\.username.count).max() ?? 0)
            print(isJSON ? "[" : line("NAME", "ID", "ADMIN", "DISABLED", "CREATED", "LAST SEEN", "SESSIONS", "BYTES"))
        }
        for account in page {
            print(isJSON ? (count == 0 ? "" : ",\n") + account.json : line(account), terminator: isJSON ? "" : "\n")
            count += 1
        }
    }

    func end() {
        if isJSON { print("\n]") }
    }

    private func line(_ account: Account) -> String {
        line(
            account.username,
            account.id.description,
            account.isAdmin ? "yes" : "-",
            account.disabledAt?.day ?? "-",
            account.createdAt.day,
            account.lastSeenAt?.day ?? "-",
            "\(account.sessionCount)",
            "\(account.storedByteCount)"
        )
    }

    private func line(_ columns: String...) -> String {
        let widths = [nameWidth, 36, 5, 10, 10, 10, 8]
        let padded = zip(columns, widths).map { $0.padded(to: $1) }
        return (padded + columns.dropFirst(widths.count)).joined(separator: "  ")
    }
}

extension Account {
    fileprivate var json: String {
        struct Entry: Encodable {
            let name: String
            let id: String
            let admin: Bool
            let disabled_at: String?
            let created_at: String
            let last_seen_at: String?
            let sessions: Int
            let stored_bytes: Int
        }
        let entry = Entry(
            name: username,
            id: id.description,
            admin: isAdmin,
            disabled_at: disabledAt?.text,
            created_at: createdAt.text,
            last_seen_at: lastSeenAt?.text,
            sessions: sessionCount,
            stored_bytes: storedByteCount
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(entry) else { preconditionFailure("an account can always be encoded") }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    /// Followed by spaces up to a width, as a column of a table.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

extension Timestamp {
    /// `2026-11-28T03:10:54.285Z`
    var text: String {
        var bytes: [UInt8] = []
        appendRFC3339(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `2026-11-28`, UTC.
    var day: String { String(text.prefix(10)) }
}
