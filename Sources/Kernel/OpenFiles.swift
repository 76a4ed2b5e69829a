import Glibc

/// The descriptors of this process.
package enum OpenFiles {
    /// Descriptors that are open. Nil if they cannot be counted. Blocking.
    package static var count: Int? {
        guard var listing = try? FolderListing("/proc/self/fd") else { return nil }
        // Without the descriptor that lists them.
        var count = -1
        while let name = try? listing.next(), !name.isEmpty { count += 1 }
        return count
    }

    /// The limit of descriptors (getrlimit(2)). Nil if it cannot be read.
    package static var limit: Int? {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }

    /// Raises the limit as far as the system allows.
    package static func raiseLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Fails only without the right to do so, when the limit stays as it is.
        _ = unsafe setrlimit(resource, &limit)
    }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
