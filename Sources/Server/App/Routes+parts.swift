import Chat
import Hummingbird
import Logging
import Media
import SnugSettings

extension RateLimits {
    init(settings: Settings, internalLimits: Snug.InternalLimits, logger: Logger) {
        let throttle = WarningThrottle()
        let address = ClientAddress(trustedProxies: settings.trustedProxies) { peer in
            guard throttle.mayWarn(at: internalLimits.rateClock()) else { return }
            logger.ofRequest.warning(
                "X-Forwarded-For was ignored: its sender, named at debug, is not in SNUG_TRUSTED_PROXIES"
            )
            // The sender may be a person who claims to be a proxy.
            logger.ofRequest.debug("X-Forwarded-For came from a peer", metadata: ["peer": "\(peer)"])
        }
        self.init(settings.rates, address: address, now: internalLimits.rateClock)
    }
}

extension Routes {
    init(
        settings: Settings,
        internalLimits: Snug.InternalLimits,
        media: Snug.MediaComponents,
        chat: Snug.ChatComponents,
        rendering: Snug.RenderingComponents,
        renderWaiters: RenderWaiters,
        limits: RateLimits,
        shutdown: ShutdownNotice,
        restart: RestartRequest,
        acceptPauses: AcceptPauses,
        sizes: StorageSizes,
        logger: Logger
    ) {
        let (store, encoding) = (chat.store, chat.encoding)
        let passwords = PasswordChecks(
            store: store,
            hasher: PasswordHasher(cost: internalLimits.passwordCost),
            limits: limits
        )
        let keys = InFlightKeys()
        authenticator = chat.authenticator
        self.limits = limits
        self.keys = keys
        users = UserRoutes(
            store: store,
            keys: keys,
            passwords: passwords,
            limits: limits,
            encoding: encoding,
            registration: settings.registration
        )
        sessions = SessionRoutes(
            store: store,
            keys: keys,
            passwords: passwords,
            limits: limits,
            encoding: encoding
        )
        rooms = RoomRoutes(store: store, encoding: encoding)
        invitations = InvitationRoutes(store: store, encoding: encoding)
        bans = BanRoutes(store: store, encoding: encoding)
        blocks = BlockRoutes(store: store, encoding: encoding)
        members = MemberRoutes(store: store, encoding: encoding)
        messages = MessageRoutes(
            store: store,
            pages: HistoryPages(store: store, encoding: encoding, cache: chat.pages),
            encoding: encoding
        )
        attachments = AttachmentRoutes(
            store: store,
            uploads: Uploads(
                store: store,
                intake: media.intake,
                disk: media.disk,
                limit: settings.maxUploadBytes,
                metrics: media.uploadMetrics,
                logger: logger
            ),
            originals: OriginalFiles(
                archive: media.archive,
                files: media.files,
                isAccelerated: settings.mediaAccel == .on
            ),
            waiters: renderWaiters,
            encoding: encoding
        )
        self.media = MediaRoutes(signer: media.signer, archive: media.archive, files: media.files)
        live = chat.transports
        let started = ContinuousClock.now
        health = HealthRoutes(
            store: store,
            worker: rendering.worker,
            workerPath: settings.workerPath,
            acceptPauses: acceptPauses,
            address: limits.address,
            storage: media.space,
            disk: media.disk,
            shutdown: shutdown,
            started: started
        )
        admin = AdminRoutes(
            store: store,
            info: SystemInfo(
                settings: settings,
                store: store,
                worker: rendering.worker,
                storage: media.space,
                disk: media.disk,
                threads: media.threads,
                started: started
            ),
            restart: restart,
            encoding: encoding,
            logger: logger
        )
        requests = RequestMetrics()
        metrics = MetricsRoutes(
            report: MetricsReport(
                settings: settings,
                media: media,
                chat: chat,
                rendering: rendering,
                requests: requests,
                limits: limits,
                acceptPauses: acceptPauses,
                sizes: sizes
            ),
            health: health
        )
    }
}
