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

    /// Builds every part and hands each what it needs. This page is the map of the server.
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

        // Bytes: where they live, how they come in, how their addresses are signed.
        let bytes = try BytesParts(settings, storage, threads: threads, logger: logger)
        // Facts: database, hub, and the store, whose commits reach everything else through their follower.
        let limits = RateLimits(settings, tuning, logger: logger)
        let renderQueue = RenderQueue.Wakeup()
        let renderWaiters = RenderWaiters()
        let facts = try await FactsParts(
            settings: settings,
            tuning: tuning,
            storage: storage,
            bytes: bytes,
            renderQueue: renderQueue,
            renderWaiters: renderWaiters,
            limits: limits,
            loop: loops.next(),
            logger: logger
        )
        // Pictures: the rows that wait, and the worker that renders.
        let pictures = PictureParts(
            settings,
            tuning,
            bytes,
            facts,
            wakeup: renderQueue,
            loop: loops.next(),
            logger: logger
        )
        // The wire: what answers requests, and what becomes of a connection.
        let stopping = Stopping(hub: facts.hub)
        let acceptPauses = AcceptPauses(logger: logger)
        let routes = Routes(
            settings,
            tuning,
            bytes,
            facts,
            pictures,
            renderWaiters,
            limits,
            stopping,
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
                    endpoints: facts.transports.endpoints
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

        let backfill = SenderBackfill(store: facts.store, interval: tuning.renames, logger: logger)
        let ticker = HubTicker(hub: facts.hub, store: facts.store, interval: tuning.heartbeat, logger: logger)
        let keeper = StoreKeeper(store: facts.store, interval: tuning.tokens, logger: logger)
        return Snug(
            services: [keeper, pictures.queue, backfill, facts.commands, ticker, application, stopping],
            signer: bytes.signer,
            pages: facts.pages,
            store: facts.store,
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
