import Chat
import Hummingbird
import Logging
import Media
import NIOCore
import NIOPosix
import SnugSettings

extension Snug {
    /// Limits that are not settings. Tests lower them, because they cannot wait a minute for a timeout.
    package struct InternalLimits: Sendable {
        var passwordCost = PasswordHasher.Cost.standard
        var transports = LiveTransports.Configuration()
        var connections = ConnectionChannel.Limits()
        var worker = WorkerLimits()
        /// When failed pictures are tried again.
        var retries = RetrySchedule()
        /// The clock of the rate limits.
        var rateClock: @Sendable () -> ContinuousClock.Instant = { .now }
        /// Time between two ticks of the hub, which close dead connections and announce receipts and presence.
        var heartbeat = Duration.seconds(1)
        /// Time between two searches for changed names, which reach old messages within a minute.
        var renames = Duration.seconds(20)
        /// Time between two new tokens of the database.
        var tokens = Duration.seconds(3600)
        var presence = PresenceBoard.Limits()

        package init() {}
    }

    /// Files and their addresses.
    struct MediaComponents {
        let spool: Spool
        let archive: any Archive
        let signer: MediaSigner
        let intake: Intake
        let files: FileIO
        let purger: VariantPurger
        let threads: NIOThreadPool

        init(settings: Settings, storage: ServerStorage, threads: NIOThreadPool, logger: Logger) throws {
            let folder = try storage.openMedia()
            spool = Spool(in: folder)
            archive = DiskArchive(folder, threads: threads)
            signer = MediaSigner(keys: try settings.loadKeys(), publicURL: settings.publicURL)
            intake = Intake(
                spool: spool,
                archive: archive,
                inspector: try Inspector(formats: settings.mediaFormats),
                threads: threads,
                keepsMetadata: settings.keepsMetadata == .on
            )
            files = FileIO(threadPool: threads)
            purger = VariantPurger(archive: archive, logger: logger)
            self.threads = threads
        }
    }

    /// The store, the hub and the commands of live connections.
    struct ChatComponents {
        let store: Store
        let authenticator: Authenticator
        let wire: Wire
        let pages = PageCache()
        let hub: LiveHub
        let commands: LiveCommands
        let transports: LiveTransports

        init(
            settings: Settings,
            tuning: InternalLimits,
            storage: ServerStorage,
            media: MediaComponents,
            renderQueue: RenderQueue.Wakeup,
            renderWaiters: RenderWaiters,
            limits: RateLimits,
            loop: any EventLoop,
            logger: Logger
        ) async throws {
            let links = MediaLinks(signer: media.signer, site: settings.publicURL ?? "")
            let wire = Wire(links: links, presence: Presence(limits: tuning.presence))
            // The hub begins at the position of the log, and the store hands it every commit behind that.
            let database = try OpenDatabase(
                path: settings.databasePath,
                role: .server,
                lockPath: storage.lock.path,
                synchronous: settings.synchronous
            )
            hub = try await LiveHub.make(
                on: loop,
                position: database.logPosition(),
                wire: wire,
                limits: settings.hubLimits
            )
            store = Store(
                database,
                commitGroup: settings.commitGroup,
                limits: settings.limits,
                retries: tuning.retries,
                rates: limits.people,
                follower: CommitFollower(
                    hub: hub,
                    epoch: database.epoch,
                    wire: wire,
                    pages: pages,
                    purger: media.purger,
                    renderQueue: renderQueue,
                    renderWaiters: renderWaiters
                )
            )
            let subscriptions = LiveSubscriptions(store: store, blockChanges: hub.blockChanges, wire: wire)
            authenticator = Authenticator(store: store)
            commands = LiveCommands(
                store: store,
                authenticator: authenticator,
                subscriptions: subscriptions,
                wire: wire,
                capacity: 2 * settings.maxConnections + 64,
                logger: logger
            )
            transports = LiveTransports(
                tuning.transports,
                store: store,
                hub: hub,
                subscriptions: subscriptions,
                commands: commands.inbox,
                wire: wire
            )
            self.wire = wire
        }
    }

    /// The worker and the queue of pictures.
    struct RenderingComponents {
        let worker: WorkerSupervisor
        let queue: RenderQueue

        init(
            settings: Settings,
            tuning: InternalLimits,
            media: MediaComponents,
            store: Store,
            wakeup: RenderQueue.Wakeup,
            loop: any EventLoop,
            logger: Logger
        ) {
            worker = WorkerSupervisor(
                executable: settings.workerPath,
                limits: tuning.worker,
                formats: settings.mediaFormats,
                logger: logger
            )
            queue = RenderQueue(
                store: store,
                intake: media.intake,
                originals: OriginalCheck(archive: media.archive, threads: media.threads),
                worker: worker,
                renderer: PictureRenderer(
                    spool: media.spool,
                    archive: media.archive,
                    worker: worker,
                    threads: media.threads
                ),
                wakeup: wakeup,
                loop: loop,
                logger: logger
            )
        }
    }
}

extension RateLimits {
    init(settings: Settings, tuning: Snug.InternalLimits, logger: Logger) {
        let pace = WarningPace()
        let address = ClientAddress(trustedProxies: settings.trustedProxies) { peer in
            guard pace.mayWarn(at: tuning.rateClock()) else { return }
            logger.warning(
                "X-Forwarded-For came from an address that is not in SNUG_TRUSTED_PROXIES, and was ignored",
                metadata: ["peer": "\(peer)"]
            )
        }
        self.init(settings.rates, address: address, now: tuning.rateClock)
    }
}

extension Routes {
    init(
        settings: Settings,
        tuning: Snug.InternalLimits,
        media: Snug.MediaComponents,
        chat: Snug.ChatComponents,
        worker: WorkerSupervisor,
        renderWaiters: RenderWaiters,
        limits: RateLimits,
        shutdown: ShutdownNotice,
        acceptPauses: AcceptPauses,
        logger: Logger
    ) {
        let (store, wire) = (chat.store, chat.wire)
        let passwords = PasswordChecks(
            store: store,
            hasher: PasswordHasher(cost: tuning.passwordCost),
            limits: limits
        )
        let keys = KeysInUse()
        authenticator = chat.authenticator
        self.limits = limits
        presence = wire.presence
        self.keys = keys
        users = UserRoutes(
            store: store,
            keys: keys,
            passwords: passwords,
            limits: limits,
            wire: wire,
            registration: settings.registration
        )
        sessions = SessionRoutes(
            store: store,
            keys: keys,
            passwords: passwords,
            limits: limits,
            wire: wire
        )
        rooms = RoomRoutes(store: store, wire: wire)
        invitations = InvitationRoutes(store: store, wire: wire)
        bans = BanRoutes(store: store, wire: wire)
        blocks = BlockRoutes(store: store, wire: wire)
        members = MemberRoutes(store: store, wire: wire)
        messages = MessageRoutes(
            store: store,
            pages: HistoryPages(store: store, wire: wire, cache: chat.pages),
            wire: wire
        )
        attachments = AttachmentRoutes(
            store: store,
            uploads: Uploads(store: store, intake: media.intake, limit: settings.maxUploadBytes, logger: logger),
            limits: limits,
            originals: OriginalFiles(
                archive: media.archive,
                files: media.files,
                isAccelerated: settings.mediaAccel == .on
            ),
            waiters: renderWaiters,
            wire: wire
        )
        self.media = MediaRoutes(signer: media.signer, archive: media.archive, files: media.files)
        live = chat.transports
        health = HealthRoutes(
            store: store,
            worker: worker,
            workerPath: settings.workerPath,
            acceptPauses: acceptPauses,
            address: limits.address,
            storage: StorageSpace(path: settings.storage),
            shutdown: shutdown,
            started: .now
        )
    }
}
