import Foundation
import Synchronization

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
