import ArgumentParser
import Chat
import ChatSQLite
import Foundation
import Kernel
import Media
import Server
import SnugSettings

/// The storage as the operator's commands use it, beside a running server or without one.
struct OperatorStorage {
    /// How long to wait for a server that is starting or stopping, in seconds. A stop takes up to 18.
    private static let patience = 25

    let settings: Settings
    private let folder: StorageFolder

    /// Opens an existing storage as its owner.
    ///
    /// - Parameter arguments: Settings.
    init(_ arguments: [String]) async throws {
        try await Startup.orExplain { try CoreDumps.forbid() }
        let settings = try await Startup.settings(arguments)
        self.settings = settings
        folder = try await Startup.orExplain {
            let folder = try StorageFolder(existing: settings.storage, database: Store.fileName)
            try folder.claim(Store.fileNames)
            return folder
        }
    }

    /// Runs `body` with the database, which a server may be using. For changes that no server caches or sends to
    /// clients.
    func withStore<Value>(_ body: (Store) async throws -> Value) async throws -> Value {
        let store = try await Startup.orExplain {
            try Store(
                path: settings.databasePath,
                role: .guest,
                lockPath: "\(settings.storage)/\(StorageLock.serverName)",
                limits: settings.limits
            )
        }
        return try await store.closing { try await Self.explained { try await body(store) } }
    }

    /// Has the running server carry a command out. Without one, no server can start until the command is done.
    ///
    /// - Returns: The number of sessions that have ended.
    func carryOut(_ command: AccountCommand) async throws -> Int {
        let end = ContinuousClock.now + .seconds(Self.patience)
        while true {
            if let ended = try await request(command) { return ended }
            do {
                return try await withStore { try await carryOut(command, on: $0) }
            } catch let failure as InUse {
                // The server is starting or stopping.
                guard ContinuousClock.now < end else { throw Startup.unusable(failure.reason) }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Nil if no server answers.
    private func request(_ command: AccountCommand) async throws -> Int? {
        let reply: AccountCommandReply?
        do {
            reply = try ControlClient.request(command, in: settings.storage)
        } catch {
            throw StopError("The running server did not answer (\(error)). The command can be repeated.")
        }
        switch reply {
        case nil: return nil
        case .done(let ended): return ended
        case .notFound: throw StopError.noAccount
        case .failed(let reason): throw StopError(reason)
        }
    }

    private func carryOut(_ command: AccountCommand, on store: Store) async throws -> Int {
        let lock: StorageLock
        do {
            lock = try StorageLock(folder)
        } catch {
            throw InUse(reason: error)
        }
        defer { withExtendedLifetime(lock) {} }
        let ended = try await command.perform(on: store.accounts)
        if case .delete = command {
            while try await store.accounts.eraseNext() {}
            while try await store.messages.backfillSenders() {}
        }
        return ended
    }

    /// Another process has the lock of the storage.
    private struct InUse: Error {
        let reason: StorageFailure
    }

    /// Converts a refusal of the store to one line for the operator.
    private static func explained<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch Refusal.notFound(field: "username") {
            throw StopError.noAccount
        } catch let refusal as Refusal {
            throw StopError(Problem(refusal as any Error)?.detail ?? "The command has failed.")
        }
    }
}

/// Ends the command with a line for the operator and exit status 1.
struct StopError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    static let noAccount = StopError("There is no account with this name.")
}

/// Reads what the operator types.
enum Prompt {
    static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Reads a password without echo from a terminal, or else one line of standard input.
    ///
    /// - Throws: `StopError` without one; `invalid` for one that is not allowed.
    static func password() throws -> String {
        let typed = isTerminal ? getpass("Password (8 to 256 bytes): ").map { String(cString: $0) } : readLine()
        guard let typed else { throw StopError("A password is required.") }
        do {
            try PasswordHasher.check(password: typed)
        } catch {
            throw StopError(Problem(error as any Error)?.detail ?? "This password is not allowed.")
        }
        return typed
    }

    static func line(_ question: String) -> String? {
        print(question, terminator: " ")
        fflush(nil)
        return readLine()
    }
}

extension PasswordHasher {
    /// The hash of a password that the operator sets.
    static func hashForOperator(_ password: String) async throws -> String {
        try await PasswordHasher().hash(password, for: .init(person: nil, network: nil))
    }
}
