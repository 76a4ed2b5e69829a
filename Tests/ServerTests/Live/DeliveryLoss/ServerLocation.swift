import SnugClient
import TestSupport

/// The address of the running server. While none runs, a request for it waits for the next one.
actor ServerLocation {
    private var site: Site?
    private var waiting: [CheckedContinuation<Site, any Error>] = []
    private var isAborted = false

    func current() async throws -> Site {
        if isAborted { throw CancellationError() }
        if let site { return site }
        return try await withCheckedThrowingContinuation { waiting.append($0) }
    }

    /// Ends all waits, because another task failed.
    func abort() {
        isAborted = true
        for continuation in waiting { continuation.resume(throwing: CancellationError()) }
        waiting = []
    }

    func set(_ site: Site) {
        self.site = site
        for continuation in waiting { continuation.resume(returning: site) }
        waiting = []
    }

    func clear() {
        site = nil
    }
}
