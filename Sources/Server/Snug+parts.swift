import Chat
import Hummingbird
import Logging
import Media
import NIOCore
import NIOPosix
import SnugSettings

extension Snug {
    /// What is not for operators to choose, but for tests that cannot wait a minute for a timeout.
    package struct InternalLimits: Sendable {
        var passwordCost = PasswordHasher.Cost.standard
        var transports = LiveTransports.Configuration()
        var connections = ConnectionChannel.Limits()
        var worker = WorkerLimits()
        /// When failed pictures are tried again.
        var retries = RetrySchedule()
        /// What rates are measured by.
        var rateClock: @Sendable () -> ContinuousClock.Instant = { .now }
        /// Between two looks at what has its time: dead connections, receipts, presence.
        var heartbeat = Duration.seconds(1)
        /// Between two looks for new names; one reaches old messages within a minute.
        var renames = Duration.seconds(20)
        /// Between two tokens of the database.
        var tokens = Duration.seconds(3600)
        var presence = PresenceBoard.Limits()

        package init() {}
    }

    /// Files and their addresses.
    struct BytesParts {
        let blobs: BlobStore
        let signer: MediaSigner
        let intake: Intake
        let files: FileIO
        let revocation: Revocation
        let threads: NIOThreadPool

        init(_ settings: Settings, _ storage: ServerStorage, threads: NIOThreadPool, logger: Logger) throws {
            blobs = try storage.openMedia()
            signer = MediaSigner(keys: try settings.loadKeys(), publicURL: settings.publicURL)
            intake = Intake(
                store: blobs,
                inspector: try Inspector(formats: settings.mediaFormats),
                threads: threads,
                keepsMetadata: settings.keepsMetadata == .on
            )
            files = FileIO(threadPool: threads)
            revocation = Revocation(blobs: blobs, threads: threads, logger: logger)
            self.threads = threads
        }
    }

    /// The store, and who hears what happens in it.
    struct FactsParts {
        let store: Store
        let wire: Wire
        let pages = PageCache()
        let hub: LiveHub
        let typingAndReceipts: TypingAndReceipts
        let commands: LiveCommands
        let transports: LiveTransports

        init(
            _ settings: Settings,
            _ storage: ServerStorage,
            _ tuning: InternalLimits,
            _ signer: MediaSigner,
            _ limits: RateLimits,
            loop: any EventLoop,
            logger: Logger
        ) async throws {
            let links = MediaLinks(signer: signer, site: settings.publicURL ?? "")
            let wire = Wire(links: links, presence: Presence(limits: tuning.presence))
            let relay = EventRelay(wire: wire, pages: pages)
            store = try Store(
                path: settings.databasePath,
                lockPath: storage.lock.path,
                synchronous: settings.synchronous,
                commitGroup: settings.commitGroup,
                limits: settings.limits,
                retries: tuning.retries,
                publish: { relay.publish($0) }
            )
            hub = try await LiveHub.make(
                on: loop,
                position: store.logPosition(),
                wire: wire,
                limits: settings.hubLimits
            )
            relay.connect(to: hub, epoch: store.epoch)
            let subscriptions = LiveSubscriptions(store: store, blockChanges: hub.blockChanges, wire: wire)
            typingAndReceipts = TypingAndReceipts(store: store, hub: hub)
            commands = LiveCommands(
                store: store,
                subscriptions: subscriptions,
                typingAndReceipts: typingAndReceipts,
                wire: wire,
                limits: limits,
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

    /// What makes variants.
    struct PictureParts {
        let worker: WorkerSupervisor
        let outcomes = RenderOutcomes()
        let queue: RenderQueue

        init(
            _ settings: Settings,
            _ tuning: InternalLimits,
            _ bytes: BytesParts,
            _ facts: FactsParts,
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
                store: facts.store,
                intake: bytes.intake,
                originals: OriginalCheck(blobs: bytes.blobs, threads: bytes.threads),
                worker: worker,
                renderings: Renderings(store: bytes.blobs, worker: worker, threads: bytes.threads),
                outcomes: outcomes,
                revocation: bytes.revocation,
                loop: loop,
                logger: logger
            )
        }
    }
}

extension RateLimits {
    init(_ settings: Settings, _ tuning: Snug.InternalLimits, logger: Logger) {
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
        _ settings: Settings,
        _ tuning: Snug.InternalLimits,
        _ bytes: Snug.BytesParts,
        _ facts: Snug.FactsParts,
        _ pictures: Snug.PictureParts,
        _ limits: RateLimits,
        _ stopping: Stopping,
        acceptPauses: AcceptPauses,
        logger: Logger
    ) {
        let (store, hub, wire, revocation) = (facts.store, facts.hub, facts.wire, bytes.revocation)
        let passwords = PasswordChecks(
            store: store,
            hasher: PasswordHasher(cost: tuning.passwordCost),
            limits: limits
        )
        let keys = KeysInUse()
        self.store = store
        self.limits = limits
        presence = wire.presence
        self.keys = keys
        users = UserRoutes(
            store: store,
            keys: keys,
            passwords: passwords,
            limits: limits,
            hub: hub,
            revocation: revocation,
            wire: wire,
            registration: settings.registration
        )
        sessions = SessionRoutes(
            store: store,
            keys: keys,
            passwords: passwords,
            limits: limits,
            hub: hub,
            wire: wire
        )
        rooms = RoomRoutes(store: store, limits: limits, hub: hub, revocation: revocation, wire: wire)
        invitations = InvitationRoutes(store: store, limits: limits, hub: hub, wire: wire)
        bans = BanRoutes(store: store, limits: limits, revocation: revocation, wire: wire)
        blocks = BlockRoutes(store: store, limits: limits, hub: hub, wire: wire)
        members = MemberRoutes(
            store: store,
            limits: limits,
            hub: hub,
            typingAndReceipts: facts.typingAndReceipts,
            revocation: revocation,
            wire: wire
        )
        messages = MessageRoutes(
            store: store,
            pages: facts.pages,
            limits: limits,
            revocation: revocation,
            wire: wire
        )
        attachments = AttachmentRoutes(
            store: store,
            uploads: Uploads(store: store, intake: bytes.intake, limit: settings.maxUploadBytes, logger: logger),
            limits: limits,
            originals: OriginalFiles(
                blobs: bytes.blobs,
                files: bytes.files,
                isAccelerated: settings.mediaAccel == .on
            ),
            outcomes: pictures.outcomes,
            queue: pictures.queue.doorbell,
            pages: facts.pages,
            revocation: revocation,
            wire: wire
        )
        media = MediaRoutes(signer: bytes.signer, blobs: bytes.blobs, files: bytes.files, threads: bytes.threads)
        live = facts.transports
        health = HealthRoutes(
            store: store,
            worker: pictures.worker,
            workerPath: settings.workerPath,
            acceptPauses: acceptPauses,
            address: limits.address,
            storage: StorageSpace(path: settings.storage),
            stopping: stopping,
            started: .now
        )
    }
}
