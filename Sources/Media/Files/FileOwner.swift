import Glibc

/// The user and group that own a file.
package struct FileOwner: Equatable, Sendable, CustomStringConvertible {
    package let user: uid_t
    package let group: gid_t

    /// Nil when there is no such file.
    package init?(of path: String) {
        var info = stat()
        guard unsafe stat(path, &info) == 0 else { return nil }
        user = info.st_uid
        group = info.st_gid
    }

    private init(user: uid_t, group: gid_t) {
        self.user = user
        self.group = group
    }

    /// The effective user of this process.
    package static var current: FileOwner { FileOwner(user: geteuid(), group: getegid()) }

    /// The name in the user database; nil when there is none.
    package var name: String? {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var text = [CChar](repeating: 0, count: 16_384)
        guard unsafe getpwuid_r(user, &entry, &text, text.count, &found) == 0, unsafe found != nil else { return nil }
        return unsafe String(cString: entry.pw_name)
    }

    /// `snug (uid 997)`
    package var description: String {
        name.map { "\($0) (uid \(user))" } ?? "uid \(user)"
    }
}

extension FileOwner {
    /// Changes to this user irrevocably if the process runs as root, and starts the program again, so that no thread
    /// remains root: `ps` and `kill` look at the first one.
    ///
    /// Commands that an operator runs as root would otherwise leave files that the service cannot access.
    /// - Throws: ``StorageFailure``.
    package func replaceRoot() throws(StorageFailure) {
        guard geteuid() == 0, user != 0 else { return }
        // All groups of the user, so that a group shared with the web server remains.
        let hasGroups =
            if let name {
                unsafe initgroups(name, group) == 0
            } else {
                unsafe setgroups(1, [group]) == 0
            }
        guard hasGroups, setgid(group) == 0, setuid(user) == 0 else {
            throw StorageFailure("This process runs as root and cannot become \(self), who owns the storage.")
        }
        Self.restart()
    }

    /// Replaces the process with a new one of the same program. Returns when this user may not run it.
    private static func restart() {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard unsafe readlink("/proc/self/exe", &path, path.count - 1) > 0 else { return }
        // This thread blocks signals, and the new process would inherit the mask.
        var empty = sigset_t()
        unsafe sigemptyset(&empty)
        unsafe pthread_sigmask(SIG_SETMASK, &empty, nil)
        _ = unsafe execv(path, CommandLine.unsafeArgv)
    }
}
