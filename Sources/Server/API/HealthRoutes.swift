import Chat
import Foundation
import Hummingbird
import Media

/// The state of the server, for load balancers and operators.
struct HealthRoutes: Sendable {
    let store: Store
    let worker: WorkerSupervisor
    let workerPath: String
    let acceptPauses: AcceptPauses
    let address: ClientAddress
    let storage: StorageSpace
    let disk: DiskMonitor
    let shutdown: ShutdownNotice
    let started: ContinuousClock.Instant

    func mount(_ router: Router<AppContext>, authenticated: RouterGroup<AppContext>) {
        router.get("health/simple", use: simple)
        authenticated.get("health", use: full)
    }

    /// Whether the server can respond to requests, for load balancers.
    @Sendable private func simple(_ request: Request, _ context: AppContext) async throws -> Response {
        let canServe = shutdown.hasBegun ? false : (try? await store.ping()) != nil
        return Response(
            status: canServe ? .ok : .serviceUnavailable,
            headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: canServe ? "ok" : "unavailable"))
        )
    }

    /// The full report, for operators; everybody else gets 404.
    @Sendable private func full(_ request: Request, _ context: AppContext) async throws -> Response {
        guard try await mayRead(request, context) else { throw Problem.notFound }
        let report = Report(
            version: Release.version,
            uptimeSeconds: Int((ContinuousClock.now - started).components.seconds),
            checks: [
                "database": await database(), "media_worker": await mediaWorker(), "storage": await storageSpace(),
                "connections": connections(),
            ]
        )
        let body = try JSONEncoder.snakeCase.encode(report)
        return Response(
            status: report.status == .failing ? .serviceUnavailable : .ok,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
        )
    }

    /// Whether the client is on this machine, or an administrator of the server.
    func mayRead(_ request: Request, _ context: AppContext) async throws -> Bool {
        let forwardedFor = request.headers[values: .xForwardedFor]
        if address.isLocal(peer: context.peer, forwardedFor: forwardedFor) { return true }
        guard let session = context.session else { return false }
        return try await store.people.user(session.userID).isAdmin
    }

    private func database() async -> Check {
        let start = ContinuousClock.now
        let isReachable = (try? await store.ping()) != nil
        return Check(status: isReachable ? .ok : .failing, since: start, details: [:])
    }

    private func mediaWorker() async -> Check {
        let start = ContinuousClock.now
        let status = await worker.status
        let pictures = try? await store.renderings.counts()
        let canStart = FileManager.default.isExecutableFile(atPath: workerPath) && status.lastFailure != .cannotStart
        return Check(
            status: canStart ? .ok : .degraded,
            since: start,
            details: [
                "state": .text(status.state.rawValue), "queue": .number(pictures?.waiting ?? 0),
                "retries": .number(pictures?.retries ?? 0), "jobs_done": .number(status.jobsDone),
                "starts": .number(status.startCount), "kills": .number(status.killCount),
                "worker_jobs": .number(status.workerJobCount),
                "memory_bytes": .number(status.residentByteCount),
                "processor_ms": .number(status.processorTime.milliseconds),
            ]
        )
    }

    private func connections() -> Check {
        Check(status: .ok, since: .now, details: ["accept_pauses": .number(acceptPauses.total)])
    }

    private func storageSpace() async -> Check {
        let start = ContinuousClock.now
        await disk.measureIfStale()
        guard let space = storage.measure() else { return Check(status: .failing, since: start, details: [:]) }
        return Check(
            status: disk.level > .ample ? .degraded : .ok,
            since: start,
            details: [
                "free_bytes": .number(space.free), "total_bytes": .number(space.total),
                "level": .text(disk.level.name), "has_reserve": .flag(disk.hasReserve),
            ]
        )
    }
}

/// The response of `GET /health`.
private struct Report: Encodable {
    let status: Check.Status
    let version: String
    let uptimeSeconds: Int
    let checks: [String: Check]

    init(version: String, uptimeSeconds: Int, checks: [String: Check]) {
        self.status = checks.values.map(\.status).max() ?? .ok
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.checks = checks
    }

    private enum CodingKeys: CodingKey {
        case status, version, uptimeSeconds
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(status, forKey: .status)
        try members.encode(version, forKey: .version)
        try members.encode(uptimeSeconds, forKey: .uptimeSeconds)
        try checks.encode(to: encoder)
    }
}

/// The result of one check.
private struct Check: Encodable {
    enum Status: String, Encodable, Comparable {
        case ok
        case degraded
        case failing

        static func < (left: Status, right: Status) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .degraded: 1
            case .failing: 2
            }
        }
    }

    enum Detail: Encodable {
        case text(String)
        case number(Int)
        case flag(Bool)

        func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .text(let text): try value.encode(text)
            case .number(let number): try value.encode(number)
            case .flag(let flag): try value.encode(flag)
            }
        }
    }

    let status: Status
    let latencyMilliseconds: Double
    let details: [String: Detail]

    init(status: Status, since start: ContinuousClock.Instant, details: [String: Detail]) {
        self.status = status
        let time = (ContinuousClock.now - start).components
        latencyMilliseconds = Double(time.seconds) * 1000 + Double(time.attoseconds / 1_000_000_000_000) / 1000
        self.details = details
    }

    private enum CodingKeys: String, CodingKey {
        case status
        case latencyMilliseconds = "latency_ms"
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(status, forKey: .status)
        try members.encode(latencyMilliseconds, forKey: .latencyMilliseconds)
        try details.encode(to: encoder)
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        Int(components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000)
    }
}

extension JSONEncoder {
    fileprivate static var snakeCase: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys]
        return encoder
    }
}
