/// The number of live connections that the limits of a process allow. Pure: the limits are passed in.
package struct ConnectionCapacity: Sendable, Equatable {
    package enum Bound: Sendable {
        /// The limit of open files.
        case openFiles
        /// The limit of memory.
        case memory
    }

    /// Live connections, at least 1.
    package let count: Int
    /// The limit from which it follows.
    package let bound: Bound

    /// Connections for requests, in addition to live connections, where there are enough descriptors.
    static let requests = 1000
    /// Memory of one live connection in bytes, the kernel's included. An idle one takes a third of it, and a slow reader
    /// may hold more for a while.
    static let byteCount = 16 << 10
    /// The divisor of the memory that connections may take; the rest is for the server itself, the media worker and the
    /// page cache. 512 MiB allow 8192 connections.
    private static let shareOfMemory = 4

    /// - Parameters:
    ///   - openFiles: The limit of open files (`RLIMIT_NOFILE`).
    ///   - memory: The limit of memory in bytes; nil if it is unknown.
    package init(openFiles: Int, memory: Int?) {
        let all = Self.connections(withinOpenFiles: openFiles)
        let byFiles = max(all - min(Self.requests, all / 4), 1)
        let byMemory = memory.map { max($0 / Self.shareOfMemory / Self.byteCount, 1) } ?? byFiles
        (count, bound) = byMemory < byFiles ? (byMemory, .memory) : (byFiles, .openFiles)
    }

    /// Connections of all kinds: three quarters of the descriptors. The rest is for the database, uploads, downloads and
    /// the worker. The process must never run out: libdispatch ends it when it cannot open `/proc/self/task` to count
    /// its threads.
    static func connections(withinOpenFiles limit: Int) -> Int { limit / 4 * 3 }
}
