import Fixtures
import FoundationEssentials
import Logging
import NIOPosix
import Pictures
import Vocabulary

@testable import Media

/// The real worker: built beside the tests, or named by `SNUG_MEDIA_WORKER`, because one that was built with a
/// sanitizer cannot live within the limit on address space that it sets itself.
func workerPath() throws -> String {
    try ProcessInfo.processInfo.environment["SNUG_MEDIA_WORKER"] ?? programPath("snug-media-worker")
}

/// A program that was built beside the tests.
func programPath(_ name: String) throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return "/" + tests.split(separator: "/").dropLast().joined(separator: "/") + "/\(name)"
}

/// A media folder and a running supervisor; both are gone when `body` returns or throws.
func withWorker<Result: Sendable>(
    limits: WorkerLimits = .patient,
    executable: String? = nil,
    formats: Set<FileKind> = FileKind.renderedByDefault,
    board: StatusBoard = StatusBoard(),
    _ body: @escaping @Sendable (TestWorker, MediaFolder) async throws -> Result
) async throws -> Result {
    try await withMediaFolder { media in
        let supervisor = try makeSupervisor(limits: limits, executable: executable, formats: formats, board: board)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await supervisor.run() }
            defer { group.cancelAll() }
            return try await body(TestWorker(supervisor, media), media)
        }
    }
}

/// A running supervisor and a renderer of the pictures of a media folder.
struct TestWorker: Sendable {
    let supervisor: WorkerSupervisor
    private let renderer: PictureRenderer

    init(_ supervisor: WorkerSupervisor, _ media: MediaFolder) {
        self.supervisor = supervisor
        renderer = PictureRenderer(spool: media.spool, archive: media.archive, worker: supervisor, threads: .singleton)
    }

    var status: WorkerStatus { get async { await supervisor.status } }

    func render(_ job: RenderJob) async throws -> [RenderedVariant] { try await picture(of: job).variants }

    func picture(of job: RenderJob) async throws -> RenderedPicture { try await renderer.render(job) }

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

/// Puts a fixture into the media folder as an upload would, and returns its job.
func addJob(
    _ name: String,
    formats: Set<FileKind> = FileKind.renderedByDefault,
    to media: MediaFolder
) throws -> RenderJob {
    try addJob(try Fixture.bytes(name), formats: formats, to: media)
}

func addJob(
    _ bytes: [UInt8],
    formats: Set<FileKind> = FileKind.renderedByDefault,
    to media: MediaFolder
) throws -> RenderJob {
    let id = BlobID.random()
    try Data(bytes).write(to: URL(filePath: media.path(of: .original(id))))
    let facts = try Inspector(formats: formats).inspect(media.open(.original(id))).facts
    return RenderJob(id: id, facts: facts ?? ImageFacts(format: .jpeg))
}
