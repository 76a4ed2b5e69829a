import Media
import SnugMetrics

/// Files, pictures and the janitor.
extension MetricsReport {
    func addStorage(_ measures: Measures, to page: inout MetricsPage) {
        page.gauge("snug_storage_free_bytes", "Free space on the disk of the storage.", one(measures.space?.free))
        page.gauge("snug_storage_size_bytes", "Size of the disk of the storage.", one(measures.space?.total))
        var sizes: [MetricsPage.Series<Double>] = [
            .init(["kind": "database"], Double(measures.databaseBytes)),
            .init(["kind": "archive"], Double(measures.archiveBytes)),
            .init(["kind": "write_ahead_log"], Double(measures.logBytes)),
        ]
        if let pictures = self.sizes.reading {
            sizes.append(.init(["kind": "originals"], Double(pictures.originals)))
            sizes.append(.init(["kind": "variants"], Double(pictures.variants)))
        }
        page.gauge(
            "snug_storage_bytes",
            "Space that the storage takes up; originals and variants are added up every ten minutes.",
            sizes
        )
        page.histogram(
            "snug_file_operation_seconds",
            "Time of work on files, without the wait for a thread.",
            files.operations.all.map { .init(["operation": $0.label.rawValue], $0.metric.reading) }
        )
        page.counter(
            "snug_uploads_rejected_total",
            "Uploads that were not stored, by the code of the problem.",
            uploads.rejections.all.map { .init(["reason": $0.label.rawValue], Double($0.metric.value)) }
        )
    }

    /// - Parameters:
    ///   - pictures: Nil if the database did not answer.
    ///   - canStart: Whether the program of the worker is there.
    func addPictures(
        _ status: WorkerStatus,
        _ pictures: (waiting: Int, retries: Int)?,
        canStart: Bool,
        to page: inout MetricsPage
    ) {
        page.gauge(
            "snug_render_queue_pictures",
            "Pictures that wait for their variants, and failed ones that will be tried again.",
            pictures.map { pictures in
                [
                    .init(["state": "waiting"], Double(pictures.waiting)),
                    .init(["state": "retry"], Double(pictures.retries)),
                ]
            } ?? []
        )
        page.histogram(
            "snug_worker_job_seconds",
            "Time of the worker's jobs, by result.",
            jobs.jobs.all.map { .init(["result": $0.label.rawValue], $0.metric.reading) }
        )
        let isUp = canStart && status.lastFailure != .cannotStart
        page.gauge("snug_worker_up", "Whether the media worker can be started: 1 or 0.", isUp ? 1 : 0)
        page.counter("snug_worker_starts_total", "Workers that were started.", status.startCount)
        page.counter("snug_worker_kills_total", "Workers that were killed for breaking a limit.", status.killCount)
        page.gauge(
            "snug_worker_memory_bytes",
            "Resident memory of the running worker; 0 without one.",
            Double(status.residentByteCount)
        )
    }

    func addJanitor(_ janitor: JanitorStatus?, to page: inout MetricsPage) {
        page.gauge(
            "snug_janitor_last_run_timestamp_seconds",
            "When the janitor's last sweep ended, in seconds since 1970; 0 before the first.",
            janitor?.finishedAt.rounded() ?? 0
        )
        page.gauge(
            "snug_janitor_last_success_timestamp_seconds",
            "When the janitor last did everything, in seconds since 1970; 0 before the first time.",
            janitor?.doneAt?.rounded() ?? 0
        )
        page.gauge(
            "snug_janitor_last_run_success",
            "Whether the janitor's last sweep did everything: 1 or 0; 0 before the first.",
            janitor?.outcome == .done ? 1 : 0
        )
        let findings = (janitor?.findings ?? [:]).sorted { $0.key < $1.key }.prefix(Self.maxSteps)
        func samples(_ value: (JanitorStatus.Findings) -> Int) -> [MetricsPage.Series<Double>] {
            findings.map { .init(["step": $0.key], Double(value($0.value))) }
        }
        page.gauge(
            "snug_janitor_last_run_rows",
            "Rows that each step of the last sweep removed or marked.",
            samples(\.rows)
        )
        page.gauge(
            "snug_janitor_last_run_files",
            "Files that each step of the last sweep removed or moved.",
            samples(\.files)
        )
        page.gauge("snug_janitor_last_run_bytes", "Bytes of those files.", samples(\.bytes))
    }

    /// Most steps of a sweep that are shown: the status is a file, and no file may add series without end.
    private static let maxSteps = 32
}
