import Chat
import SnugMetrics

/// Requests, live connections, the database and the caches.
extension MetricsReport {
    func addProcess(_ process: ProcessMeasures, to page: inout MetricsPage) {
        page.gauge(
            "snug_build_info",
            "Version of the server; the value is always 1.",
            [.init(["version": Release.version], 1)]
        )
        page.gauge(
            "process_start_time_seconds",
            "When the server started, in seconds since 1970.",
            started.timeIntervalSince1970.rounded()
        )
        page.counter(
            "process_cpu_seconds_total",
            "Processor time of the server.",
            [.init(process.processorSeconds)]
        )
        page.gauge("process_resident_memory_bytes", "Resident memory of the server.", one(process.residentBytes))
        page.gauge("process_open_fds", "File descriptors that are open.", one(process.openFiles))
        page.gauge("process_max_fds", "File descriptors that may be open.", one(process.maxFiles))
    }

    func addRequests(to page: inout MetricsPage) {
        page.histogram(
            "snug_http_request_seconds",
            "Time of HTTP requests until their response begins, by pattern of the route and class of the status.",
            requests.all.map { key, time in
                .init(["method": key.method, "route": key.route, "status": "\(key.statusClass)xx"], time.reading)
            }
        )
        page.counter(
            "snug_rate_limited_total",
            "Refusals by a rate limit.",
            limits.refusals.map { .init(["rule": $0.rule], Double($0.count)) }
        )
        page.counter(
            "snug_accept_pauses_total",
            "Times that accepting connections paused for want of file descriptors.",
            acceptPauses.total
        )
    }

    /// - Parameter logged: Position of the newest event in the log; nil if the database did not answer.
    func addLive(_ hub: HubReading?, logged: Int64?, to page: inout MetricsPage) {
        page.gauge(
            "snug_live_connections",
            "Live connections that are open.",
            hub.map { hub in
                LiveTransport.allCases.map { .init(["transport": $0.rawValue], Double(hub.connections[$0] ?? 0)) }
            } ?? []
        )
        page.histogram(
            "snug_live_open_seconds",
            "Time to open a live connection, from the client's cursor to its welcome.",
            live.opening.all.map { .init(["transport": $0.label.rawValue], $0.metric.reading) }
        )
        page.counter("snug_messages_posted_total", "Messages that were posted.", store.metrics.messagesPosted.value)
        page.histogram(
            "snug_delivery_seconds",
            "Time from the commit of an event until it was written to the connections of all its subscribers.",
            live.delivery
        )
        page.gauge("snug_event_log_position", "Position of the newest event in the log.", one(logged.map { Int($0) }))
        var lag: Int?
        if let hub, let logged { lag = max(0, Int(logged - hub.position)) }
        page.gauge("snug_event_log_lag_events", "Events in the log that have not reached the hub.", one(lag))
    }

    func addDatabase(isUp: Bool, to page: inout MetricsPage) {
        page.gauge("snug_database_up", "Whether the database answers: 1 or 0.", isUp ? 1 : 0)
        page.histogram("snug_commit_group_size", "Writes that shared a transaction.", commits.groupSize)
        page.histogram(
            "snug_commit_seconds",
            "Time of transactions from their beginning until they were durable.",
            commits.time
        )
        page.summary(
            "snug_database_operation_seconds",
            "Time of operations in the database, without the wait for their turn and without the commit.",
            store.metrics.operations.all.map { .init(["operation": $0.name], $0.time) }
        )
    }

    func addCaches(to page: inout MetricsPage) {
        let caches = [
            ("memberships", store.metrics.memberships), ("sessions", store.metrics.sessions), ("pages", pages),
        ]
        page.counter(
            "snug_cache_requests_total",
            "Look-ups in caches, by whether they had what was asked for.",
            caches.flatMap { name, cache in
                [
                    .init(["cache": name, "result": "hit"], Double(cache.hits.value)),
                    .init(["cache": name, "result": "miss"], Double(cache.misses.value)),
                ] as [MetricsPage.Series<Double>]
            }
        )
    }

    /// One sample without labels; none for nil.
    func one(_ value: Int?) -> [MetricsPage.Series<Double>] {
        value.map { [.init(Double($0))] } ?? []
    }
}
