import Foundation
import Kernel

/// Allows one sweep of a storage at a time. The kernel releases the lock when the process ends.
struct JanitorLock {
    static let fileName = "janitor.lock"

    private let descriptor: Int32

    /// Nil when another process holds it.
    ///
    /// - Throws: `FileFailure` when the storage cannot be written.
    init?(storage: String) throws(FileFailure) {
        let descriptor = open("\(storage)/\(Self.fileName)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure("open the janitor's lock in \(storage)", code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    func release() {
        close(descriptor)
    }
}
