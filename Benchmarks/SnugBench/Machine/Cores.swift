import Foundation
import Glibc

/// The machine's cores: the first is for the product, the second for the load generator.
enum Cores {
    static let count = ProcessInfo.processInfo.activeProcessorCount
    static let forProduct = count >= 2 ? 0 : nil
    static let forLoad = count >= 2 ? 1 : nil

    /// Moves this process with all its threads to the generator's core.
    static func moveHere() async throws {
        guard let forLoad else { return }
        try await Command.run(["/usr/bin/taskset", "-a", "-c", "-p", "\(forLoad)", "\(getpid())"])
    }

    /// Thousands of sockets need more descriptors than a shell usually allows; the server inherits this too.
    static func raiseDescriptorLimit() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
