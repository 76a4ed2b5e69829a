import Chat
import Hummingbird
import HummingbirdCore
import Logging
import Media
import NIOCore
import NIOPosix
import ServiceLifecycle
import SnugSettings

/// The parts of a running server, and how they are assembled. `Snug+parts.swift` builds the parts.
package struct Snug {
    /// All services, dependencies first. Each has a description, because the service group would otherwise log its
    /// properties.
    let services: [any Service]
    private let restart: RestartRequest
    private let signer: MediaSigner
    private let pages: PageCache
    private let store: Store
    private let storage: ServerStorage
    private let loops: MultiThreadedEventLoopGroup
    private let threads: NIOThreadPool

    /// Time for requests in progress to finish after SIGTERM.
    private static let grace = Duration.seconds(18)
    /// Threads for blocking file calls: one can hash while another waits for the disk.
    private static let fileThreads = 2

    /// Opens the storage and builds a server, which starts with ``run(beside:logger:)``.
    ///
    /// - Parameter internalLimits: By default those that follow from the settings.
    /// - Parameter onReady: Called with the port once the server accepts connections.
    package static func build(
        _ settings: Settings,
        internalLimits: InternalLimits? = nil,
        logger: Logger,
        onReady: @escaping @Sendable (Int) async -> Void
    ) async throws -> Snug {
        let internalLimits = internalLimits ?? InternalLimits(settings)
        // From here on no other server can use the storage.
        let storage = try ServerStorage(settings, logger: logger)
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let threads = NIOThreadPool(numberOfThreads: fileThreads)
        threads.start()

        // Files: the archive, the intake, and the signer of URLs.
        let media = try MediaComponents(
            settings: settings,
            internalLimits: internalLimits,
            storage: storage,
            threads: threads,
            logger: logger
        )
        // The database, the hub, and the store, whose commits reach everything else through the follower.
        let limits = RateLimits(settings: settings, internalLimits: internalLimits, logger: logger)
        let renderQueue = RenderQueue.Wakeup()
        let renderWaiters = RenderWaiters()
        let chat = try await ChatComponents(
            settings: settings,
            internalLimits: internalLimits,
            storage: storage,
            media: media,
            renderQueue: renderQueue,
            renderWaiters: renderWaiters,
            limits: limits,
            loop: loops.next(),
            logger: logger
        )
        // The render queue and the media worker.
        let rendering = RenderingComponents(
            settings: settings,
            internalLimits: internalLimits,
            media: media,
            store: chat.store,
            wakeup: renderQueue,
            loop: loops.next(),
            logger: logger
        )
        // Routes for requests, transports for live connections.
        let shutdown = ShutdownNotice(hub: chat.hub)
        let restart = RestartRequest()
        let acceptPauses = AcceptPauses(logger: logger)
        let sizes = StorageSizes()
        let routes = Routes(
            settings: settings,
            internalLimits: internalLimits,
            media: media,
            chat: chat,
            rendering: rendering,
            renderWaiters: renderWaiters,
            limits: limits,
            shutdown: shutdown,
            restart: restart,
            acceptPauses: acceptPauses,
            sizes: sizes,
            logger: logger
        )
        let application = Application(
            router: routes.router(),
            server: HTTPServerBuilder { responder in
                ConnectionChannel(
                    responder: responder,
                    limits: internalLimits.connections,
                    rates: limits,
                    maxBody: settings.maxUploadBytes + Uploads.formOverhead,
                    endpoints: chat.transports.endpoints
                )
            },
            configuration: .init(
                address: .hostname(settings.host, port: settings.port),
                backlog: 1024,
                availableConnectionsDelegate: ConnectionLimit(
                    ConnectionLimit.withinFileLimit(settings.maxConnections + ConnectionCapacity.requests),
                    pauses: acceptPauses
                )
            ),
            onServerRunning: { channel in
                await backOffAccepting(on: channel, acceptPauses)
                await onReady(channel.localAddress?.port ?? settings.port)
            },
            eventLoopGroupProvider: .shared(loops),
            logger: logger
        )

        let backfill = SenderBackfill(store: chat.store, interval: internalLimits.backfillInterval, logger: logger)
        let erasing = AccountErasing(store: chat.store, interval: internalLimits.backfillInterval, logger: logger)
        let control = ControlSocket(storage: settings.storage, store: chat.store, loops: loops, logger: logger)
        let ticker = HubTicker(hub: chat.hub, store: chat.store, interval: internalLimits.tickInterval, logger: logger)
        let meter = StorageMeter(store: chat.store, sizes: sizes, logger: logger)
        let storeService = StoreService(store: chat.store, interval: internalLimits.tokenInterval, logger: logger)
        let diskWatch = DiskWatch(monitor: media.disk, interval: internalLimits.diskInterval)
        return Snug(
            services: [
                storeService, diskWatch, rendering.queue, backfill, erasing, meter, chat.commands, control, ticker,
                application, shutdown,
            ],
            restart: restart,
            signer: media.signer,
            pages: chat.pages,
            store: chat.store,
            storage: storage,
            loops: loops,
            threads: threads
        )
    }

    private static func backOffAccepting(on channel: any Channel, _ pauses: AcceptPauses) async {
        try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(AcceptBackOff(pauses), position: .first)
        }.get()
    }

    /// Rereads the keys that sign and verify media URLs.
    package func reloadKeys(_ settings: Settings) async throws {
        signer.use(try await threads.runIfActive { try settings.loadKeys() })
        // Cached pages contain URLs signed with the previous key.
        pages.invalidateAll()
    }

    /// Runs until SIGTERM, SIGINT or the request of an admin, then lets requests finish.
    package func run(beside other: any Service, logger: Logger) async throws {
        let permanent = (services + [other]).map {
            ServiceGroupConfiguration.ServiceConfiguration(service: $0, successTerminationBehavior: .ignore)
        }
        var configuration = ServiceGroupConfiguration(
            services: permanent + [.init(service: restart, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = Self.grace
        let group = ServiceGroup(configuration: configuration)
        // The store service has closed the store, unless the group did not start.
        try await store.closing { try await group.run() }
    }

    /// Shuts the threads down after ``run(beside:logger:)``. Only tests need it, which start hundreds of servers.
    package func release() async throws {
        try await threads.shutdownGracefully()
        try await loops.shutdownGracefully()
    }
}
