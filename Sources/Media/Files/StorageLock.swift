import FoundationEssentials
import Glibc
import Kernel

/// The lock that the only server of a storage holds while it runs. The kernel releases it however the process ends, and
/// no child inherits it (fcntl(2), record locks).
///
/// The file stays empty: the kernel knows the holder, even after a process was killed.
package final class StorageLock: Sendable {
    /// Name of the server's lock in the storage folder.
    package static let serverName = "server.lock"

    package let path: String
    private let descriptor: Int32

    /// - Throws: ``StorageFailure`` with the process that holds it.
    package init(_ folder: StorageFolder, name: String = serverName) throws(StorageFailure) {
        path = "\(folder.path)/\(name)"
        do {
            descriptor = try SystemCall.open(path, O_RDWR | O_CREAT, mode: 0o600)
        } catch {
            throw StorageFailure("\(path) cannot be opened: \(error.reason).")
        }
        var claim = Self.wholeFile
        guard unsafe fcntl(descriptor, F_SETLK, &claim) != 0 else { return }
        let code = errno
        let holder = code == EACCES || code == EAGAIN ? Self.holder(of: descriptor) : nil
        close(descriptor)
        guard let holder else {
            throw StorageFailure("\(path) cannot be locked: \(FileFailure("", code: code).reason).")
        }
        throw StorageFailure(
            "The storage \(folder.path) is in use by \(holder). Only one server may use a storage: stop that one first."
        )
    }

    deinit { close(descriptor) }

    private static var wholeFile: flock {
        flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }

    /// `snug-server (process 4711)`
    private static func holder(of descriptor: Int32) -> String {
        var query = wholeFile
        guard unsafe fcntl(descriptor, F_GETLK, &query) == 0, query.l_type != Int16(F_UNLCK),
            query.l_pid > 0
        else { return "a process of another machine or container" }
        let program = try? String(contentsOfFile: "/proc/\(query.l_pid)/comm", encoding: .utf8)
        return "\(program?.split(separator: "\n").first ?? "a program") (process \(query.l_pid))"
    }
}
