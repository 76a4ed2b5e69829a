import Fixtures
import FoundationEssentials
import Logging
import Media
import NIOPosix
import Pictures
import Vocabulary

/// The real worker: built beside the tests, or named by `SNUG_MEDIA_WORKER`, because one that was built with a sanitizer
/// cannot live within the limit on address space that it sets itself.
func workerPath() throws -> String {
    try ProcessInfo.processInfo.environment["SNUG_MEDIA_WORKER"] ?? programPath("snug-media-worker")
}

/// A program that was built beside the tests.
func programPath(_ name: String) throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return "/" + tests.split(separator: "/").dropLast().joined(separator: "/") + "/\(name)"
}

/// A store and a running supervisor; both are gone when `body` returns or throws.
func withWorker<Result: Sendable>(
    limits: WorkerLimits = .patient,
    executable: String? = nil,
    formats: Set<FileKind> = FileKind.renderedByDefault,
    board: StatusBoard = StatusBoard(),
    _ body: @escaping @Sendable (TestWorker, BlobStore) async throws -> Result
) async throws -> Result {
    try await withStore { store in
        let supervisor = try makeSupervisor(limits: limits, executable: executable, formats: formats, board: board)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await supervisor.run() }
            defer { group.cancelAll() }
            return try await body(TestWorker(supervisor, store), store)
        }
    }
}

/// A running supervisor, and what renders the pictures of a store by it.
struct TestWorker: Sendable {
    let supervisor: WorkerSupervisor
    private let renderings: PictureRenderer

    init(_ supervisor: WorkerSupervisor, _ store: BlobStore) {
        self.supervisor = supervisor
        renderings = PictureRenderer(store: store, worker: supervisor, threads: .singleton)
    }

    var status: WorkerStatus { get async { await supervisor.status } }

    func render(_ job: RenderJob) async throws -> [RenderedVariant] { try await picture(of: job).variants }

    func picture(of job: RenderJob) async throws -> RenderedPicture { try await renderings.render(job) }

    /// Why a picture is not rendered; nil when it is.
    func failure(of job: RenderJob) async -> RenderFailure? {
        do {
            _ = try await render(job)
            return nil
        } catch {
            return error as? RenderFailure
        }
    }
}

func makeSupervisor(
    limits: WorkerLimits = .patient,
    executable: String? = nil,
    formats: Set<FileKind> = FileKind.renderedByDefault,
    board: StatusBoard
) throws -> WorkerSupervisor {
    WorkerSupervisor(
        executable: try executable ?? workerPath(),
        limits: limits,
        formats: formats,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        observe: board.post
    )
}

/// Puts a fixture into the store as an upload would, and says what to do with it.
func addJob(
    _ name: String,
    formats: Set<FileKind> = FileKind.renderedByDefault,
    to store: BlobStore
) throws -> RenderJob {
    try addJob(try Fixture.bytes(name), formats: formats, to: store)
}

func addJob(
    _ bytes: [UInt8],
    formats: Set<FileKind> = FileKind.renderedByDefault,
    to store: BlobStore
) throws -> RenderJob {
    let id = BlobID.random()
    try Data(bytes).write(to: URL(filePath: store.path(ofOriginal: id)))
    let facts = try Inspector(formats: formats).inspect(store.openOriginal(id)).facts
    return RenderJob(id: id, facts: facts ?? ImageFacts(format: .jpeg))
}
