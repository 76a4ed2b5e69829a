import Chat
import Hummingbird
import HummingbirdCore
import Logging
import Media
import NIOCore
import NIOPosix
import ServiceLifecycle
import SnugSettings

/// The running parts of a server, and how they are put together. `Snug+parts.swift` shows what each part is made of.
package struct Snug {
    /// Everything that runs, dependencies first. Each has a description: the group logs it, and would otherwise log all
    /// that a service holds.
    let services: [any Service]
    private let signer: MediaSigner
    private let pages: PageCache
    private let store: Store
    private let storage: ServerStorage
    private let loops: MultiThreadedEventLoopGroup
    private let threads: NIOThreadPool

    /// Time that requests may take to finish after SIGTERM.
    private static let grace = Duration.seconds(18)
    /// Connections beside the live ones, for requests. Above that, new ones wait in the kernel's queue.
    private static let spareConnections = 1000
    /// Threads for blocking file calls: one waits for the disk while another hashes.
    private static let fileThreads = 2

    /// Builds every part and hands each what it needs.
    package static func build(
        _ settings: Settings,
        tuning: InternalLimits = InternalLimits(),
        logger: Logger,
        onReady: @escaping @Sendable (Int) async -> Void
    ) async throws -> Snug {
        // The storage is this server's alone from here on.
        let storage = try ServerStorage(settings, logger: logger)
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let threads = NIOThreadPool(numberOfThreads: fileThreads)
        threads.start()

        // Files: where they are kept, how they are received, how their addresses are signed.
        let media = try MediaComponents(settings: settings, storage: storage, threads: threads, logger: logger)
        // Database, hub, and the store, whose commits reach everything else through their follower.
        let limits = RateLimits(settings: settings, tuning: tuning, logger: logger)
        let renderQueue = RenderQueue.Wakeup()
        let renderWaiters = RenderWaiters()
        let chat = try await ChatComponents(
            settings: settings,
            tuning: tuning,
            storage: storage,
            media: media,
            renderQueue: renderQueue,
            renderWaiters: renderWaiters,
            limits: limits,
            loop: loops.next(),
            logger: logger
        )
        // The queue of pictures, and the worker that renders them.
        let rendering = RenderingComponents(
            settings: settings,
            tuning: tuning,
            media: media,
            store: chat.store,
            wakeup: renderQueue,
            loop: loops.next(),
            logger: logger
        )
        // Routes for requests, transports for live connections.
        let shutdown = ShutdownNotice(hub: chat.hub)
        let acceptPauses = AcceptPauses(logger: logger)
        let routes = Routes(
            settings: settings,
            tuning: tuning,
            media: media,
            chat: chat,
            worker: rendering.worker,
            renderWaiters: renderWaiters,
            limits: limits,
            shutdown: shutdown,
            acceptPauses: acceptPauses,
            logger: logger
        )
        let application = Application(
            router: routes.router(),
            server: HTTPServerBuilder { responder in
                ConnectionChannel(
                    responder: responder,
                    limits: tuning.connections,
                    rates: limits,
                    maxBody: settings.maxUploadBytes + Uploads.formOverhead,
                    endpoints: chat.transports.endpoints
                )
            },
            configuration: .init(
                address: .hostname(settings.host, port: settings.port),
                backlog: 1024,
                availableConnectionsDelegate: ConnectionLimit(
                    ConnectionLimit.most(settings.maxConnections + spareConnections),
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

        let backfill = SenderBackfill(store: chat.store, interval: tuning.renames, logger: logger)
        let ticker = HubTicker(hub: chat.hub, store: chat.store, interval: tuning.heartbeat, logger: logger)
        let keeper = StoreKeeper(store: chat.store, interval: tuning.tokens, logger: logger)
        return Snug(
            services: [keeper, rendering.queue, backfill, chat.commands, ticker, application, shutdown],
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

    /// Signs and checks media addresses with the keys that are in their files now.
    package func reloadKeys(_ settings: Settings) async throws {
        signer.use(try await threads.runIfActive { try settings.loadKeys() })
        // They hold addresses of the key before.
        pages.forgetAll()
    }

    /// Runs until SIGTERM or SIGINT, then lets requests finish.
    package func run(beside other: any Service, logger: Logger) async throws {
        var configuration = ServiceGroupConfiguration(
            services: (services + [other]).map { .init(service: $0, successTerminationBehavior: .ignore) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = Self.grace
        let group = ServiceGroup(configuration: configuration)
        // The keeper has closed the store, unless the group never began.
        try await store.closing { try await group.run() }
    }

    /// Gives the threads back once nothing runs any more. A process that ends can do without; tests start hundreds.
    package func release() async throws {
        try await threads.shutdownGracefully()
        try await loops.shutdownGracefully()
    }
}
