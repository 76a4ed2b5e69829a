import Kernel
import NIOCore
import NIOPosix
import Pictures
import Vocabulary

/// One file on its way in: counted and written, but without a name until it is complete.
struct Upload {
    /// Bytes gathered before they are written, so that small chunks do not cost a change of thread each.
    static let gatherLimit = 65_536

    private let keeper: OriginalWriter
    private let threads: NIOThreadPool
    private let limit: Int
    private let file: UnnamedFile
    private var gathered = ByteBuffer()
    private var byteCount = 0

    init(keeper: OriginalWriter, threads: NIOThreadPool, limit: Int) async throws {
        self.keeper = keeper
        self.threads = threads
        self.limit = limit
        file = try await Self.run(on: threads) { () throws(FileFailure) in try keeper.store.newOriginal() }
    }

    /// - Throws: ``Intake/Failure/tooLarge(limit:)`` as soon as that is known.
    mutating func append(_ chunk: ByteBuffer) async throws {
        try Task.checkCancellation()
        byteCount += chunk.readableBytes
        guard byteCount <= limit else { throw Intake.Failure.tooLarge(limit: limit) }
        gathered.writeImmutableBuffer(chunk)
        if gathered.readableBytes >= Self.gatherLimit { try await flush() }
    }

    /// Inspects the file, takes its metadata out, then gives it its name and makes both durable.
    mutating func finish(as id: BlobID) async throws -> StoredOriginal {
        guard byteCount > 0 else { throw Intake.Failure.empty }
        try await flush()
        return try await threads.runIfActive { [keeper, file, byteCount] in
            do {
                return try keeper.keep(file, of: byteCount, as: id)
            } catch let failure as InspectionFailure {
                throw Intake.Failure.refused(failure)
            } catch let failure as FileFailure {
                throw Intake.Failure.storage(failure)
            }
        }
    }

    /// Gives up what has no name yet; without effect on one that has.
    func close() {
        threads.submit { [file] _ in file.close() }
    }

    private mutating func flush() async throws {
        let bytes = gathered
        try await Self.run(on: threads) { [file] () throws(FileFailure) in
            var result = Result<Void, FileFailure>.success(())
            unsafe bytes.withUnsafeReadableBytes { pointer in
                result = Result { () throws(FileFailure) in try unsafe file.write(pointer) }
            }
            try result.get()
        }
        gathered.clear()
    }

    private static func run<Result: Sendable>(
        on threads: NIOThreadPool,
        _ body: @escaping @Sendable () throws(FileFailure) -> Result
    ) async throws -> Result {
        do {
            return try await threads.runIfActive(body)
        } catch let failure as FileFailure {
            throw Intake.Failure.storage(failure)
        }
    }
}
