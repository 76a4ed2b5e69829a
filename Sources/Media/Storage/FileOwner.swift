import Glibc

/// The user that a file belongs to.
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

    /// The user that this process acts for.
    package static var current: FileOwner { FileOwner(user: geteuid(), group: getegid()) }

    /// The name in the system's list of users; nil for a number without one.
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
    /// Goes on as this user, for good, if the process runs as root. The program starts again then, so that nothing is
    /// left of root: not the thread that it started with either, which `ps` and `kill` go by.
    ///
    /// What an operator does as root would otherwise leave files that the service itself cannot touch.
    /// - Throws: ``StorageFailure``.
    package func replaceRoot() throws(StorageFailure) {
        guard geteuid() == 0, user != 0 else { return }
        // The groups that the user is in, so that a group shared with the web server still counts.
        let hasGroups =
            if let name {
                unsafe initgroups(name, group) == 0
            } else {
                unsafe setgroups(1, [group]) == 0
            }
        guard hasGroups, setgid(group) == 0, setuid(user) == 0 else {
            throw StorageFailure("This process runs as root and cannot become \(self), who owns the storage.")
        }
        Self.beginAgain()
    }

    /// Replaces the process by a new one of the same program; returns where this user may not run it.
    private static func beginAgain() {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard unsafe readlink("/proc/self/exe", &path, path.count - 1) > 0 else { return }
        // The thread that this runs on takes no signals, and the new process would inherit that.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
        _ = unsafe execv(path, CommandLine.unsafeArgv)
    }
}
