import Fixtures
import FoundationEssentials
import Logging
import Media

/// The real worker: built beside the tests, or named by `SNUG_MEDIA_WORKER`, because one that was built with a sanitizer
/// cannot live within the limit on address space that it sets itself.
func workerPath() throws -> String {
    if let path = ProcessInfo.processInfo.environment["SNUG_MEDIA_WORKER"] { return path }
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = tests.split(separator: "/").dropLast()
    return "/" + folder.joined(separator: "/") + "/snug-media-worker"
}

/// A store and a running supervisor; both are gone when `body` returns or throws.
func withWorker(
    limits: WorkerLimits = WorkerLimits(),
    executable: String? = nil,
    board: StatusBoard = StatusBoard(),
    _ body: @escaping @Sendable (WorkerSupervisor, BlobStore) async throws -> Void
) async throws {
    try await withStore { store in
        let supervisor = try makeSupervisor(limits: limits, executable: executable, board: board, store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await supervisor.run() }
            defer { group.cancelAll() }
            try await body(supervisor, store)
        }
    }
}

func makeSupervisor(
    limits: WorkerLimits = WorkerLimits(),
    executable: String? = nil,
    board: StatusBoard,
    _ store: BlobStore
) throws -> WorkerSupervisor {
    WorkerSupervisor(
        executable: try executable ?? workerPath(),
        storage: store,
        limits: limits,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        observe: board.post
    )
}

/// Puts a fixture into the store as an upload would, and says what to do with it.
func addJob(_ name: String, to store: BlobStore) throws -> RenderJob {
    try addJob(try Fixture.bytes(name), to: store)
}

func addJob(_ bytes: [UInt8], to store: BlobStore) throws -> RenderJob {
    let id = BlobID()
    try Data(bytes).write(to: URL(filePath: store.path(ofOriginal: id)))
    let facts = try Inspector().inspect(store.openOriginal(id)).facts
    return RenderJob(id: id, facts: facts ?? ImageFacts(format: .jpeg))
}
