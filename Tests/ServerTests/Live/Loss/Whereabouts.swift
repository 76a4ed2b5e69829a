import SnugClient
import TestSupport

/// Where the server is at the moment; whoever asks while it is gone waits for the next one.
actor Whereabouts {
    private var site: Site?
    private var waiting: [CheckedContinuation<Site, any Error>] = []
    private var isOver = false

    func current() async throws -> Site {
        if isOver { throw CancellationError() }
        if let site { return site }
        return try await withCheckedThrowingContinuation { waiting.append($0) }
    }

    /// Nobody waits any more: something went wrong elsewhere.
    func giveUp() {
        isOver = true
        for continuation in waiting { continuation.resume(throwing: CancellationError()) }
        waiting = []
    }

    func moved(to site: Site) {
        self.site = site
        for continuation in waiting { continuation.resume(returning: site) }
        waiting = []
    }

    func gone() {
        site = nil
    }
}
