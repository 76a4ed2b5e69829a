/// One upload at a time, with nothing else to do, each beside the bare cascade of the same file.
struct SingleUploads: Sendable {
    struct Outcome: Sendable {
        let figures: [Figure]
        /// Milliseconds of the bare cascade for one photograph, on average.
        let cascade: Double
    }

    let stage: Stage
    let village: Village
    let audience: Audience

    func run() async throws -> Outcome {
        stage.progress.say("\(stage.plan.singles) single uploads, each beside libvips alone")
        let log = CallLog()
        let client = stage.makeClient()
        let room = village.rooms[0]
        let uploading = Uploading(
            person: room.members[0],
            room: room,
            client: client,
            watch: audience.watches[0],
            log: log
        )
        var (waits, yardsticks): ([Double], [Double]) = ([], [])
        for number in 0..<stage.plan.singles {
            let photograph = stage.photographs[number % stage.photographs.count]
            yardsticks.append(try await stage.cascade.measure([photograph], rounds: 2)[0].wall)
            // The worker ends itself when it has nothing to do: one upload wakes it, the next one is timed.
            _ = await uploading.post(photograph)
            waits.append(await uploading.post(photograph)?.wait ?? .nan)
        }
        await client.close()
        log.remarkFailures(of: "single upload", in: stage.progress)
        return Outcome(figures: figures(waits, yardsticks, log), cascade: Percentiles(yardsticks).mean)
    }

    private func figures(_ waits: [Double], _ yardsticks: [Double], _ log: CallLog) -> [Figure] {
        let ratios = zip(waits, yardsticks).map { $0 / $1 }.filter(\.isFinite)
        return [
            Figure("one upload, request to 201: median", log.latencies.median, "ms"),
            Figure("one upload, 201 to all variants ready: median", Percentiles(waits.filter(\.isFinite)).median, "ms"),
            Figure("libvips alone, same files: median", Percentiles(yardsticks).median, "ms"),
            Figure("one upload against libvips alone: median", Percentiles(ratios).median, "×", aim: .below(1.25)),
        ]
    }
}
