import Chat
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import Media
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The running parts of a server, and how they are put together.
struct Snug {
    /// Everything that runs, dependencies first. Each has a description: the group logs it, and would otherwise log all
    /// that a service holds.
    let services: [any Service]
    private let loops: MultiThreadedEventLoopGroup
    private let threads: NIOThreadPool

    /// Seconds that requests may take to finish after SIGTERM.
    private static let grace = Duration.seconds(18)
    /// Threads for blocking file calls: one waits for the disk while another hashes.
    private static let fileThreads = 2

    /// What is not for operators to choose, but for tests that cannot wait a minute for a timeout.
    struct Tuning: Sendable {
        var passwordCost = PasswordHasher.Cost.standard
        var sockets = LiveSocket.Limits()
        var connections = ConnectionChannel.Limits()
        var worker = WorkerLimits()
        /// Between two looks at which connections have died.
        var heartbeat = Duration.seconds(5)
    }

    /// Builds every part and hands each what it needs. This page is the map of the server.
    static func build(
        _ settings: Settings,
        tuning: Tuning = Tuning(),
        logger: Logger,
        onReady: @escaping @Sendable (Int) async -> Void
    ) async throws -> Snug {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let threads = NIOThreadPool(numberOfThreads: fileThreads)
        threads.start()

        // Bytes: where they live, how they come in, how their addresses are signed.
        try settings.makeStorage()
        let blobs = try BlobStore(root: settings.mediaPath)
        let secret = try MediaSecret.load(at: settings.secretPath)
        try secret.writeNginxInclude(at: settings.secretPath + ".nginx")
        let signer = MediaSigner(secret: secret, publicURL: settings.publicURL)
        let intake = Intake(store: blobs, inspector: try Inspector(), threads: threads)
        let files = FileIO(threadPool: threads)
        let revocation = Revocation(blobs: blobs, threads: threads, logger: logger)

        // Facts: every commit's events go to the hub, and from there to who may hear them.
        let presence = Presence()
        let wire = Wire(links: MediaLinks(signer: signer), presence: presence)
        let relay = EventRelay(wire: wire)
        let store = try Store(
            path: settings.databasePath,
            synchronous: settings.synchronous,
            limits: settings.limits,
            publish: { relay.publish($0) }
        )
        let hub = try await LiveHub.make(
            on: loops.next(),
            position: store.logPosition(),
            presence: presence,
            limits: settings.hubLimits
        )
        relay.connect(to: hub, epoch: store.epoch)
        let commands = LiveCommands(
            store: store,
            hub: hub,
            wire: wire,
            capacity: 2 * settings.maxConnections + 64,
            logger: logger
        )

        // Pictures: the rows that wait, the worker that renders, the requests that wait for it.
        let worker = WorkerSupervisor(
            executable: settings.workerPath,
            storage: blobs,
            limits: tuning.worker,
            logger: logger
        )
        let outcomes = RenderOutcomes()
        let queue = RenderQueue(
            store: store,
            intake: intake,
            worker: worker,
            outcomes: outcomes,
            revocation: revocation,
            logger: logger
        )

        // The wire: routes and sockets.
        let stopping = Stopping()
        let passwords = PasswordHasher(cost: tuning.passwordCost)
        let routes = Routes(
            store: store,
            users: UserRoutes(
                store: store,
                passwords: passwords,
                hub: hub,
                wire: wire,
                registration: settings.registration
            ),
            sessions: SessionRoutes(store: store, passwords: passwords, hub: hub, wire: wire),
            rooms: RoomRoutes(store: store, revocation: revocation, wire: wire),
            members: MemberRoutes(store: store, revocation: revocation, wire: wire),
            messages: MessageRoutes(store: store, revocation: revocation, wire: wire),
            attachments: AttachmentRoutes(
                store: store,
                uploads: Uploads(
                    store: store,
                    intake: intake,
                    limit: settings.maxUploadBytes,
                    logger: logger
                ),
                originals: OriginalFiles(blobs: blobs, files: files, isAccelerated: settings.mediaAccel == .on),
                outcomes: outcomes,
                queue: queue.doorbell,
                revocation: revocation,
                wire: wire
            ),
            media: MediaRoutes(signer: signer, blobs: blobs, files: files, threads: threads),
            health: HealthRoutes(
                store: store,
                worker: worker,
                address: ClientAddress(trustedProxies: Set(settings.trustedProxies)),
                storage: StorageSpace(path: settings.storage),
                stopping: stopping,
                started: .now
            )
        )
        let sockets = SocketMaker(
            hub: hub,
            commands: commands.inbox,
            framing: .init(wire: wire, epoch: store.epoch),
            limits: tuning.sockets
        )
        let application = Application(
            router: routes.router(),
            server: HTTPServerBuilder { responder in
                ConnectionChannel(
                    responder: responder,
                    limits: tuning.connections,
                    maxBody: settings.maxUploadBytes + Uploads.formOverhead,
                    makeSocket: sockets.make
                )
            },
            configuration: .init(address: .hostname(settings.host, port: settings.port), backlog: 1024),
            onServerRunning: { await onReady($0.localAddress?.port ?? settings.port) },
            eventLoopGroupProvider: .shared(loops),
            logger: logger
        )
        let services: [any Service] = [
            queue, Renames(store: store, logger: logger), commands, Heartbeat(hub: hub, interval: tuning.heartbeat),
            application, stopping,
        ]
        return Snug(services: services, loops: loops, threads: threads)
    }

    /// Gives the threads back once nothing runs any more. A process that ends can do without; tests start hundreds.
    func release() async throws {
        try await threads.shutdownGracefully()
        try await loops.shutdownGracefully()
    }

    /// Runs until SIGTERM or SIGINT, then lets requests finish.
    func run(logger: Logger) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .ignore) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = Self.grace
        try await ServiceGroup(configuration: configuration).run()
    }
}
