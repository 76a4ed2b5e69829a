import SnugSettings

extension MetricsReport {
    init(
        settings: Settings,
        media: Snug.MediaComponents,
        chat: Snug.ChatComponents,
        rendering: Snug.RenderingComponents,
        requests: RequestMetrics,
        limits: RateLimits,
        acceptPauses: AcceptPauses,
        sizes: StorageSizes
    ) {
        self.init(
            store: chat.store,
            commits: chat.commitMetrics,
            live: chat.liveMetrics,
            hub: { [hub = chat.hub] in try await hub.reading() },
            requests: requests,
            limits: limits,
            acceptPauses: acceptPauses,
            pages: chat.pages.counters,
            uploads: media.uploadMetrics,
            files: media.metrics,
            jobs: rendering.metrics,
            worker: rendering.worker,
            workerPath: settings.workerPath,
            space: StorageSpace(path: settings.storage),
            sizes: sizes,
            storage: settings.storage,
            database: settings.databasePath,
            threads: media.threads,
            started: .now
        )
    }
}
