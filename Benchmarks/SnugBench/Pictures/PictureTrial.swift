/// Pictures of one kind, each first given to the baseline and then uploaded to a server with a warm worker, in turn, so that
/// other load on the machine affects both.
struct PictureTrial: Sendable {
    /// A worker exits by itself after 10 seconds without work.
    private static let idlePatience = Duration.seconds(20)

    /// One picture, in milliseconds; NaN where it could not be measured.
    private struct Sample {
        let baseline: Baseline.Cost
        let wait: Double
        let workerTime: Double
        /// In bytes.
        let peakMemory: Int?
    }

    let kind: PictureKind
    let session: Session
    let server: ServerProcess
    let room: Room
    let watch: AttachmentWatch

    private let log = CallLog()

    func run() async throws -> [Figure] {
        session.progress.report("\(kind.title): \(session.plan.rounds) pictures, each beside libvips alone")
        let samples = try await session.withConnection { connection in
            try await self.samples(Uploading(room: room, connection: connection, watch: watch, log: log))
        }
        log.remarkFailures(of: "\(kind.title) upload", in: session.progress)
        let failed = Figure("\(kind.title): pictures failed", Double(log.failures), "", must: .exactly(0))
        return try await figures(samples) + [failed, leftover()]
    }

    private func samples(_ uploading: Uploading) async throws -> [Sample] {
        // Starts a worker and warms it up. If this one fails, the others would too.
        guard await uploading.post(session.photographs[0]) != nil else { return [] }
        var samples: [Sample] = []
        for round in 0..<session.plan.rounds {
            try Task.checkCancellation()
            samples.append(try await sample(session.photographs[round % session.photographs.count], uploading))
        }
        return samples
    }

    private func sample(_ photograph: Photograph, _ uploading: Uploading) async throws -> Sample {
        let baseline = try await session.baseline.measure([photograph], rounds: 1)[0]
        let worker = WorkerProcess.ofServer(server)
        let before = try await worker?.settledTime() ?? .nan
        let posted = await uploading.post(photograph)
        let peak = worker?.peakMemory
        let after = try await worker?.settledTime() ?? .nan
        return Sample(
            baseline: baseline,
            wait: posted?.wait ?? .nan,
            workerTime: posted == nil ? .nan : after - before,
            peakMemory: peak
        )
    }

    /// Whether the worker exits when it is idle, so that the next kind gets a new one.
    private func leftover() async throws -> Figure {
        let deadline = ContinuousClock.now + Self.idlePatience
        while WorkerProcess.ofServer(server) != nil, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(100))
        }
        let isLeft = WorkerProcess.ofServer(server) != nil
        return Figure("\(kind.title): workers left when idle", isLeft ? 1 : 0, "", must: .exactly(0))
    }
}

extension PictureTrial {
    private func figures(_ samples: [Sample]) -> [Figure] {
        let lost = samples.count { $0.wait.isFinite && !$0.workerTime.isFinite }
        if lost > 0 {
            session.progress.remark("\(kind.title): the worker of \(lost) pictures ended before its time could be read")
        }
        return [
            Figure(
                "\(kind.title): processor time, worker against libvips alone",
                median(samples) { $0.workerTime / $0.baseline.processor },
                "×",
                aim: .below(1.25),
                details: [
                    Detail("worker", median(samples) { $0.workerTime }, "ms"),
                    Detail("libvips", median(samples) { $0.baseline.processor }, "ms"),
                ]
            ),
            Figure(
                "\(kind.title): 201 to all variants visible, over libvips alone",
                median(samples) { $0.wait - $0.baseline.wall },
                "ms",
                aim: .below(60),
                details: [
                    Detail("201 to visible", median(samples) { $0.wait }, "ms"),
                    Detail("libvips", median(samples) { $0.baseline.wall }, "ms"),
                ]
            ),
            Figure(
                "\(kind.title): worker's peak resident memory",
                samples.compactMap(\.peakMemory).max()?.megabytes,
                "MB",
                aim: .below(150)
            ),
        ]
    }

    private func median(_ samples: [Sample], of value: (Sample) -> Double) -> Double {
        Percentiles(samples.map(value).filter(\.isFinite)).median
    }
}
