import Chat
import ChatSQLite
import Foundation
import Hummingbird
import Logging
import Media
import NIOCore
import NIOPosix
import SnugSettings

extension Snug {
    /// Limits that are not settings. Tests lower them, so that they need not wait for timeouts.
    package struct InternalLimits: Sendable {
        var passwordCost = PasswordHasher.Cost.standard
        var transports = LiveTransports.Configuration()
        var connections = ConnectionChannel.Limits()
        var worker = WorkerLimits()
        /// When failed pictures are rendered again.
        var retries = RetrySchedule()
        /// The clock of the rate limits.
        var rateClock: @Sendable () -> ContinuousClock.Instant = { .now }
        /// Interval of the hub's ticks, which close dead connections and announce receipts and presence.
        var tickInterval = Duration.seconds(1)
        /// Interval at which changed names and avatars are copied into old messages.
        var backfillInterval = Duration.seconds(20)
        /// Interval at which the token of the database is renewed.
        var tokenInterval = Duration.seconds(3600)
        /// Interval at which the render queue looks for pictures that the janitor has queued.
        var renderPollInterval = Duration.seconds(60)
        var presence = PresenceBoard.Limits()
        /// Interval at which the free space of the disk is measured.
        var diskInterval = Duration.seconds(10)
        /// Bytes that are reserved for deletions.
        var reserveByteCount = DiskMonitor.reserveByteCount

        /// The limits that follow from the settings, and the defaults of all others.
        package init(_ settings: Settings = Settings()) {
            connections.idle = .seconds(settings.idleTimeout)
            // A pause in a body is answered, and an idle connection is not.
            connections.pace.pause = min(connections.pace.pause, .seconds(Int64(settings.idleTimeout) - 5))
            let heartbeat = Int64(settings.liveHeartbeat)
            transports.webSocket.heartbeat = .seconds(heartbeat)
            transports.webSocket.silence = .seconds(2 * heartbeat)
            transports.sse.comment = .seconds(2 * heartbeat / 3)
        }
    }

    /// Files and their URLs.
    struct MediaComponents {
        let folder: MediaFolder
        let spool: Spool
        let archive: any Archive
        let signer: MediaSigner
        let intake: Intake
        let files: FileIO
        let purger: VariantPurger
        let space: StorageSpace
        let disk: DiskMonitor
        let threads: NIOThreadPool
        let metrics = FileMetrics()
        let uploadMetrics = UploadMetrics()

        init(
            settings: Settings,
            internalLimits: InternalLimits,
            storage: ServerStorage,
            threads: NIOThreadPool,
            logger: Logger
        ) throws {
            folder = try storage.openMedia()
            spool = Spool(in: folder)
            archive = DiskArchive(folder, threads: threads, metrics: metrics)
            signer = MediaSigner(keys: try settings.loadKeys(), publicURL: settings.publicURL)
            intake = Intake(
                spool: spool,
                archive: archive,
                inspector: try Inspector(formats: settings.mediaFormats),
                threads: threads,
                keepsMetadata: settings.keepsMetadata == .on,
                metrics: metrics
            )
            files = FileIO(threadPool: threads)
            purger = VariantPurger(archive: archive, logger: logger)
            space = StorageSpace(path: settings.storage)
            disk = DiskMonitor(
                database: space,
                media: StorageSpace(path: settings.mediaPath),
                reserve: storage.reserve(byteCount: internalLimits.reserveByteCount),
                thresholds: settings.disk,
                threads: threads,
                logger: logger
            )
            disk.start()
            self.threads = threads
        }
    }

    /// The store, the hub and the commands of live connections.
    struct ChatComponents {
        let store: Store
        let authenticator: Authenticator
        let presence: Presence
        let encoding: JSONEncoding
        let pages = PageCache()
        let hub: LiveHub
        let commands: LiveCommands
        let transports: LiveTransports
        let commitMetrics: CommitMetrics
        let liveMetrics = LiveMetrics()

        init(
            settings: Settings,
            internalLimits: InternalLimits,
            storage: ServerStorage,
            media: MediaComponents,
            renderQueue: RenderQueue.Wakeup,
            renderWaiters: RenderWaiters,
            limits: RateLimits,
            loop: any EventLoop,
            logger: Logger
        ) async throws {
            let links = MediaLinks(signer: media.signer, site: settings.publicURL ?? "")
            let presence = Presence(limits: internalLimits.presence)
            let encoding = JSONEncoding(links: links, presence: presence)
            // The hub starts at the newest position in the log and receives every commit after it.
            let database = try OpenDatabase(
                path: settings.databasePath,
                role: .server,
                lockPath: storage.lock.path,
                synchronous: settings.synchronous
            )
            try storage.mark(media.folder, epoch: database.epoch, logger: logger)
            hub = try await LiveHub.make(
                on: loop,
                position: database.logPosition(),
                presence: presence,
                encoding: encoding,
                limits: settings.hubLimits,
                metrics: liveMetrics
            )
            commitMetrics = database.metrics
            store = Store(
                database,
                commitGroup: settings.commitGroup,
                limits: settings.limits,
                retries: internalLimits.retries,
                rates: limits.people,
                follower: CommitFollower(
                    hub: hub,
                    epoch: database.epoch,
                    presence: presence,
                    encoding: encoding,
                    pages: pages,
                    purger: media.purger,
                    renderQueue: renderQueue,
                    renderWaiters: renderWaiters
                ),
                disk: media.disk
            )
            let subscriptions = LiveSubscriptions(
                store: store,
                blockChanges: hub.blockChanges,
                encoding: encoding,
                metrics: liveMetrics
            )
            authenticator = Authenticator(store: store)
            commands = LiveCommands(
                store: store,
                authenticator: authenticator,
                subscriptions: subscriptions,
                presence: presence,
                capacity: 2 * settings.maxConnections + 64,
                logger: logger
            )
            transports = LiveTransports(
                internalLimits.transports,
                store: store,
                hub: hub,
                subscriptions: subscriptions,
                commands: commands.inbox,
                encoding: encoding
            )
            self.presence = presence
            self.encoding = encoding
        }
    }

    /// The media worker and the render queue.
    struct RenderingComponents {
        let worker: WorkerSupervisor
        let queue: RenderQueue
        let metrics = WorkerMetrics()

        init(
            settings: Settings,
            internalLimits: InternalLimits,
            media: MediaComponents,
            store: Store,
            wakeup: RenderQueue.Wakeup,
            loop: any EventLoop,
            logger: Logger
        ) {
            worker = WorkerSupervisor(
                executable: settings.workerPath,
                limits: internalLimits.worker,
                formats: settings.mediaFormats,
                logger: logger,
                metrics: metrics
            )
            queue = RenderQueue(
                store: store,
                intake: media.intake,
                originals: OriginalReader(archive: media.archive, threads: media.threads),
                worker: worker,
                renderer: PictureRenderer(
                    spool: media.spool,
                    archive: media.archive,
                    worker: worker,
                    threads: media.threads
                ),
                wakeup: wakeup,
                pollInterval: internalLimits.renderPollInterval,
                loop: loop,
                logger: logger
            )
        }
    }
}

extension Settings {
    /// Path of the media worker: as set, or in the folder of the server's executable.
    package var workerPath: String {
        if let mediaWorker { return mediaWorker }
        let own = Bundle.main.executablePath ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("snug-media-worker").path
    }

    /// Reads the keys for media URLs and writes the current one to the file that nginx includes. Blocks.
    func loadKeys() throws -> MediaKeys {
        let keys = try MediaKeys.load(current: secretPath, previous: previousSecretPath)
        try keys.current.writeNginxInclude(at: secretPath + ".nginx")
        return keys
    }

    fileprivate var hubLimits: Hub.Limits {
        Hub.Limits(connections: maxConnections, connectionsPerUser: maxConnectionsPerUser)
    }
}
