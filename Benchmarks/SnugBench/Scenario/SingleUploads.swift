/// One upload at a time, with nothing else going on, each beside the baseline for the same file.
struct SingleUploads: Sendable {
    struct Outcome: Sendable {
        let figures: [Figure]
        /// Milliseconds of the baseline for one photograph, on average.
        let baseline: Double
    }

    let session: Session
    let population: Population
    let subscribers: Subscribers

    func run() async throws -> Outcome {
        session.progress.report("\(session.plan.singles) single uploads, each beside libvips alone")
        let log = CallLog()
        let (waits, baselines) = try await session.withConnection { connection in
            try await measure(
                Uploading(room: population.rooms[0], connection: connection, watch: subscribers.watches[0], log: log)
            )
        }
        log.remarkFailures(of: "single upload", in: session.progress)
        return Outcome(figures: figures(waits, baselines, log), baseline: Percentiles(baselines).mean)
    }

    private func measure(_ uploading: Uploading) async throws -> (waits: [Double], baselines: [Double]) {
        var (waits, baselines): ([Double], [Double]) = ([], [])
        for number in 0..<session.plan.singles {
            let photograph = session.photographs[number % session.photographs.count]
            baselines.append(try await session.baseline.measure([photograph], rounds: 2)[0].wall)
            // The worker exits when it is idle: the first upload starts it, the second one is timed.
            _ = await uploading.post(photograph)
            waits.append(await uploading.post(photograph)?.wait ?? .nan)
        }
        return (waits, baselines)
    }

    private func figures(_ waits: [Double], _ baselines: [Double], _ log: CallLog) -> [Figure] {
        let ratios = zip(waits, baselines).map { $0 / $1 }.filter(\.isFinite)
        return [
            Figure("one upload, request to 201: median", log.latencies.median, "ms"),
            Figure("one upload, 201 to all variants ready: median", Percentiles(waits.filter(\.isFinite)).median, "ms"),
            Figure("libvips alone, same files: median", Percentiles(baselines).median, "ms"),
            Figure("one upload against libvips alone: median", Percentiles(ratios).median, "×", aim: .below(1.25)),
        ]
    }
}
