import Crypto
import NIOCore
import NIOPosix

/// One file on its way in: counted, hashed and written, but without a name until it is complete.
struct Upload {
    /// Bytes gathered before they are written, so that small chunks do not cost a change of thread each.
    static let gatherLimit = 65_536

    private let store: BlobStore
    private let inspector: Inspector
    private let threads: NIOThreadPool
    private let limit: Int
    private let file: UnlinkedFile
    private var hash = SHA256()
    private var gathered = ByteBuffer()
    private var byteCount = 0

    init(store: BlobStore, inspector: Inspector, threads: NIOThreadPool, limit: Int) async throws {
        self.store = store
        self.inspector = inspector
        self.threads = threads
        self.limit = limit
        file = try await Self.run(on: threads) { () throws(FileFailure) in try store.newOriginal() }
    }

    /// - Throws: ``Intake/Failure/tooLarge(limit:)`` as soon as that is known.
    mutating func append(_ chunk: ByteBuffer) async throws {
        try Task.checkCancellation()
        byteCount += chunk.readableBytes
        guard byteCount <= limit else { throw Intake.Failure.tooLarge(limit: limit) }
        gathered.writeImmutableBuffer(chunk)
        if gathered.readableBytes >= Self.gatherLimit { try await flush() }
    }

    /// Inspects the file, then gives it its name and makes both durable.
    mutating func finish(as id: BlobID) async throws -> StoredOriginal {
        guard byteCount > 0 else { throw Intake.Failure.empty }
        try await flush()
        let inspection = try await keep(as: id)
        return StoredOriginal(
            byteCount: byteCount,
            sha256: Hex.lowercase(Array(hash.finalize())),
            inspection: inspection
        )
    }

    /// Gives up what has no name yet; without effect on one that has.
    func close() {
        threads.submit { [file] _ in file.close() }
    }

    private mutating func flush() async throws {
        let bytes = gathered
        let hash = hash
        self.hash = try await Self.run(on: threads) { [file] () throws(FileFailure) in
            var hash = hash
            var result = Result<Void, FileFailure>.success(())
            unsafe bytes.withUnsafeReadableBytes { pointer in
                unsafe hash.update(bufferPointer: pointer)
                result = Result { () throws(FileFailure) in try unsafe file.write(pointer) }
            }
            try result.get()
            return hash
        }
        gathered.clear()
    }

    private func keep(as id: BlobID) async throws -> Inspection {
        try await threads.runIfActive { [store, inspector, file, byteCount] in
            var source = ByteSource(count: byteCount, fill: file.read)
            do {
                let inspection = try inspector.inspect(&source)
                try store.keep(file, as: id)
                return inspection
            } catch let failure as InspectionFailure {
                throw Intake.Failure.refused(failure)
            } catch let failure as FileFailure {
                throw Intake.Failure.storage(failure)
            }
        }
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
