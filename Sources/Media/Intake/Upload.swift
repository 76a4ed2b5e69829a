import Kernel
import NIOCore
import NIOPosix
import Pictures
import Vocabulary

/// A file that is being received: counted and spooled, without a name until it is complete.
struct Upload {
    /// Bytes buffered before they are written, so that small chunks do not cost a thread hop each.
    static let bufferLimit = 65_536

    private let writer: OriginalWriter
    private let limit: Int
    private let file: UnnamedFile
    private var buffer = ByteBuffer()
    private var byteCount = 0

    init(writer: OriginalWriter, limit: Int) async throws {
        self.writer = writer
        self.limit = limit
        file = try await Self.run(on: writer.threads) { () throws(FileFailure) in try writer.spool.newFile() }
    }

    /// - Throws: ``Intake/Failure/tooLarge(limit:)`` as soon as that is known.
    mutating func append(_ chunk: ByteBuffer) async throws {
        try Task.checkCancellation()
        byteCount += chunk.readableBytes
        guard byteCount <= limit else { throw Intake.Failure.tooLarge(limit: limit) }
        buffer.writeImmutableBuffer(chunk)
        if buffer.readableBytes >= Self.bufferLimit { try await flush() }
    }

    /// Inspects the file, strips its metadata, and commits it durably.
    mutating func finish(as id: BlobID) async throws -> StoredOriginal {
        guard byteCount > 0 else { throw Intake.Failure.empty }
        try await flush()
        do {
            return try await writer.commit(file, of: byteCount, as: id)
        } catch let limit as ImageLimitExceeded {
            throw Intake.Failure.refused(limit)
        } catch let failure as FileFailure {
            throw Intake.Failure.storage(failure)
        }
    }

    /// Discards a file without a name; has no effect on a committed one.
    func close() {
        writer.threads.submit { [file] _ in file.close() }
    }

    private mutating func flush() async throws {
        let bytes = buffer
        let time = writer.metrics.operations[.spool]
        try await Self.run(on: writer.threads) { [file] () throws(FileFailure) in
            var result = Result<Void, FileFailure>.success(())
            unsafe bytes.withUnsafeReadableBytes { pointer in
                result = Result { () throws(FileFailure) in
                    try time.measure { () throws(FileFailure) in try unsafe file.write(pointer) }
                }
            }
            try result.get()
        }
        buffer.clear()
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
