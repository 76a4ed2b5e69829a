import Chat
import Kernel
import Logging
import NIOPosix
import Synchronization

/// Watches the free space of the storage, decides what it allows, and keeps the reserve for deletions.
///
/// Changes read the level of the last measurement. Only the service and uploads measure.
final class DiskMonitor: DiskGuard, Sendable {
    /// Bytes of the reserve. A deletion appends some pages to the write-ahead log, which grows to 4 MiB before it is
    /// merged into the database and begins again; an entry in the log of events takes about 150 bytes.
    static let reserveByteCount = 16 << 20
    /// Free space, in sizes of the reserve, from which it is made again.
    private static let roomForReserve = 4
    /// Age up to which an upload uses the last measurement.
    private static let freshness = Duration.seconds(1)

    private struct State {
        var database: DiskPressure
        /// The media folder may be a disk of its own.
        var media: DiskPressure
        var measuredAt: ContinuousClock.Instant?
        var hasReserve = false
        /// Space of the disk of the database in bytes; nil before the first measurement.
        var space: StorageSpace.Measure?

        /// A full disk of the media stops uploads only.
        var level: DiskLevel { max(database.level, min(media.level, .noUploads)) }
    }

    private let state: Mutex<State>
    /// A copy of the state's level, read by every change.
    private let current = Atomic(DiskLevel.ample.rawValue)
    private let database: StorageSpace
    private let media: StorageSpace
    private let reserve: DiskReserve
    private let threads: NIOThreadPool
    private let logger: Logger

    /// - Parameters:
    ///   - database: The file system of the database.
    ///   - media: The file system of the media, which may be the same.
    init(
        database: StorageSpace,
        media: StorageSpace,
        reserve: DiskReserve,
        thresholds: DiskPressure.Thresholds,
        threads: NIOThreadPool,
        logger: Logger
    ) {
        state = Mutex(State(database: DiskPressure(thresholds), media: DiskPressure(thresholds)))
        self.database = database
        self.media = media
        self.reserve = reserve
        self.threads = threads
        self.logger = logger
    }

    var level: DiskLevel { DiskLevel(rawValue: current.load(ordering: .relaxed)) ?? .ample }

    /// Whether the file of the reserve exists.
    var hasReserve: Bool { state.withLock { $0.hasReserve } }

    /// Measures, and makes the reserve again if there is room for it.
    func measure() async {
        // Fails only after the threads were shut down.
        try? await threads.runIfActive { self.measureBlocking() }
    }

    /// Measures unless that was done within the last second.
    func measureIfStale() async {
        let measuredAt = state.withLock { $0.measuredAt }
        if let measuredAt, ContinuousClock.now - measuredAt < Self.freshness { return }
        await measure()
    }

    /// Measures for the first time. Blocks.
    func start() {
        measureBlocking()
        guard !hasReserve else { return }
        logger.warning(
            "There is no room for the reserve, without which a full disk allows no deletions: free some space",
            metadata: ["reserve.bytes": "\(reserve.byteCount)"]
        )
    }

    func releaseReserve() async {
        try? await threads.runIfActive { self.releaseBlocking() }
    }

    private func measureBlocking() {
        let (database, media) = (database.measure(), media.measure())
        change { state in
            state.measuredAt = .now
            if let database {
                state.space = database
                state.database.measured(free: database.free, total: database.total)
            }
            if let media { state.media.measured(free: media.free, total: media.total) }
        }
        makeReserve(free: database?.free ?? 0)
    }

    private func makeReserve(free: Int) {
        guard !hasReserve, free >= Self.roomForReserve * reserve.byteCount else { return }
        do {
            try reserve.make()
            change { state in
                state.hasReserve = true
                state.database.replenished()
                if let space = state.space { state.database.measured(free: space.free, total: space.total) }
            }
        } catch {
            logger.warning("The reserve for deletions could not be made", metadata: ["error": "\(error)"])
        }
    }

    private func releaseBlocking() {
        do {
            let wasThere = try reserve.release()
            change { state in
                state.hasReserve = false
                // The next upload or report measures, in case there is room again.
                state.measuredAt = nil
                state.database.exhausted()
            }
            guard wasThere else { return }
            logger.error("The disk is full: the reserve was released for deletions, and all other writes are refused")
        } catch {
            logger.error("The reserve could not be released", metadata: ["error": "\(error)"])
        }
    }

    /// Changes the state, and logs the level if that has changed it.
    private func change(_ body: (inout State) -> Void) {
        let (before, after, space) = state.withLock { state in
            let before = state.level
            body(&state)
            current.store(state.level.rawValue, ordering: .relaxed)
            return (before, state.level, state.space)
        }
        guard before != after else { return }
        let metadata: Logger.Metadata = [
            "free.bytes": "\(space?.free ?? 0)", "total.bytes": "\(space?.total ?? 0)", "level": "\(after.name)",
        ]
        switch after {
        case .ample: logger.notice("The disk has enough free space again", metadata: metadata)
        case .low: logger.warning("Little space is left on the disk", metadata: metadata)
        case .noUploads: logger.warning("Uploads are refused: the disk is nearly full", metadata: metadata)
        case .noWrites:
            logger.error(
                "Only reads, deletions and signing in are allowed: the disk is nearly full",
                metadata: metadata
            )
        }
    }
}

extension DiskLevel {
    /// In the log and in reports.
    var name: String {
        switch self {
        case .ample: "ok"
        case .low: "low"
        case .noUploads: "uploads_refused"
        case .noWrites: "writes_refused"
        }
    }
}
