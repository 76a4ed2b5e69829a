import Foundation
import Synchronization

/// What the storage knows about its database, stored in a file beside it. A database that does not match was restored
/// from a backup or is another one, and must not keep its epoch.
struct DatabaseMark: Equatable, Sendable {
    /// Whether a database with one of `tokens` may keep its epoch. False while a new epoch is being written.
    var isProof: Bool
    /// Tokens that the database may have: the newest, and also the previous one while the newest is being written.
    var tokens: [String]
    /// Tokens that the database's file may have without its log. An empty token is that of a file older than tokens.
    var fileTokens: [String]
    /// Lower bound of the log's position.
    var position: Int64
    var database: FileIdentity
    /// A file that is never written to: if it has changed, the whole folder is a copy.
    var lock: FileIdentity?

    /// Whether this mark matches the database that was found.
    func proves(_ found: DatabaseMark) -> Bool {
        isProof && tokens.contains(found.tokens[0]) && found.position >= position
            && database.isSameFile(as: found.database) && lock == found.lock
    }

    /// Whether the database is certainly another one, or an earlier state of this one. Unlike ``proves(_:)``, it
    /// accepts a copy of the whole folder, and a folder that has another owner now.
    func rejects(_ found: DatabaseMark) -> Bool {
        !isProof || !tokens.contains(found.tokens[0]) || found.position < position
            || (lock == found.lock && database.wasReplaced(by: found.database))
    }

    /// Whether the log beside the file was written for another state of it. Replaying it would undo or corrupt what an
    /// operator has restored.
    ///
    /// - Parameter token: The token in the file without its log; nil if it cannot be read.
    func rejectsLog(token: String?, database found: FileIdentity, lock foundLock: FileIdentity?) -> Bool {
        if let token, !fileTokens.contains(token) { return true }
        // In a copy of the whole folder every file is a new one, and they still belong together.
        return lock == foundLock && database.wasReplaced(by: found)
    }
}

extension DatabaseMark {
    /// Number of digits of the position, which comes first in the file so that it can be overwritten in place.
    static let positionDigits = 20
    static let positionOffset = 9

    static func digits(of position: Int64) -> String {
        let digits = String(position)
        return String(repeating: "0", count: positionDigits - digits.utf8.count) + digits
    }

    var text: String {
        """
        position \(Self.digits(of: position))
        proof \(isProof ? "yes" : "no")
        tokens \(tokens.map(Self.word).joined(separator: " "))
        file_tokens \(fileTokens.map(Self.word).joined(separator: " "))
        database \(Self.words(database))
        lock \(lock.map(Self.words) ?? "none")

        """
    }

    /// Nil for anything that `text` does not produce.
    init?(_ text: String) {
        var lines: [Substring: [String]] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            lines[words[0]] = words.dropFirst().map { $0 == "-" ? "" : String($0) }
        }
        guard let position = lines["position"]?.first.flatMap({ Int64($0) }), let proof = lines["proof"]?.first,
            let tokens = lines["tokens"], !tokens.isEmpty, let fileTokens = lines["file_tokens"], !fileTokens.isEmpty,
            let database = lines["database"].flatMap(Self.identity), let lock = lines["lock"]
        else { return nil }
        self.init(
            isProof: proof == "yes",
            tokens: tokens,
            fileTokens: fileTokens,
            position: position,
            database: database,
            lock: Self.identity(lock)
        )
    }

    private static func word(_ token: String) -> String { token.isEmpty ? "-" : token }

    private static func words(_ identity: FileIdentity) -> String {
        "\(identity.inode) \(identity.bornAt) \(identity.changedAt)"
    }

    private static func identity(_ words: [String]) -> FileIdentity? {
        guard words.count == 3, let inode = UInt64(words[0]), let born = Int64(words[1]), let changed = Int64(words[2])
        else { return nil }
        return FileIdentity(inode: inode, bornAt: born, changedAt: changed)
    }
}

/// The file that stores the mark. Only the server writes it.
final class MarkFile: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var position: Int64 = 0
    }

    let path: String
    /// Whether writes must survive power loss.
    private let isSynced: Bool
    private let state = Mutex(State())

    init(path: String, isSynced: Bool) {
        self.path = path
        self.isSynced = isSynced
    }

    deinit { close() }

    /// Path of the mark of the database at `path`.
    static func path(ofDatabase path: String) -> String { path + "-mark" }

    /// Nil if there is none, or if it cannot be parsed.
    static func read(_ path: String) -> DatabaseMark? {
        (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { DatabaseMark($0) }
    }

    /// Replaces the file in one step. Blocks.
    ///
    /// - Throws: `DatabaseRefusal`.
    func write(_ mark: DatabaseMark) throws {
        let passing = path + ".new"
        let descriptor = open(passing, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let bytes = Array(mark.text.utf8)
        guard descriptor >= 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count,
            !isSynced || fsync(descriptor) == 0, rename(passing, path) == 0, syncFolder()
        else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { Glibc.close(descriptor) }
            throw DatabaseRefusal.mark(path: path, reason: reason)
        }
        state.withLock { state in
            if state.descriptor >= 0 { Glibc.close(state.descriptor) }
            state = State(descriptor: descriptor, position: mark.position)
        }
    }

    /// Records how far the log reaches, before its events are published. Takes a few microseconds, because it is not
    /// synced: a power loss can only restore an earlier position, which the log has passed.
    func note(_ position: Int64) {
        state.withLock { state in
            guard state.descriptor >= 0, position > state.position else { return }
            let digits = Array(DatabaseMark.digits(of: position).utf8)
            // If this fails, a backup that is restored later may look complete.
            guard pwrite(state.descriptor, digits, digits.count, off_t(DatabaseMark.positionOffset)) == digits.count
            else { return }
            state.position = position
        }
    }

    func close() {
        state.withLock { state in
            if state.descriptor >= 0 { Glibc.close(state.descriptor) }
            state.descriptor = -1
        }
    }

    private func syncFolder() -> Bool {
        guard isSynced else { return true }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { Glibc.close(descriptor) }
        return descriptor >= 0 && fsync(descriptor) == 0
    }
}
