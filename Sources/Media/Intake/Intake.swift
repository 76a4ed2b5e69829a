import Kernel
import NIOCore
import NIOPosix
import Pictures
import Vocabulary

/// Receives uploads: spools and inspects them, and commits them durably to the archive.
package struct Intake: Sendable {
    private let writer: OriginalWriter

    /// - Parameters:
    ///   - threads: where blocking file calls run; started and stopped by the caller.
    ///   - keepsMetadata: keeps pictures as received, with the places and names in their metadata. By default the
    ///     metadata is stripped, and nothing else is changed.
    package init(
        spool: Spool,
        archive: any Archive,
        inspector: Inspector,
        threads: NIOThreadPool,
        keepsMetadata: Bool = false,
        metrics: FileMetrics = FileMetrics()
    ) {
        writer = OriginalWriter(
            spool: spool,
            archive: archive,
            inspector: inspector,
            threads: threads,
            keepsMetadata: keepsMetadata,
            metrics: metrics
        )
    }

    /// Receives a body that is the file itself.
    ///
    /// When this returns, the original is durable. When it throws, nothing of it is on disk.
    /// - Parameter limit: bytes that the file may have.
    /// - Throws: ``Failure``, what `body` throws, or `CancellationError`.
    package func receive<Body: AsyncSequence>(
        id: BlobID,
        body: Body,
        limit: Int
    ) async throws -> StoredOriginal where Body.Element == ByteBuffer {
        try await withUpload(limit: limit) { upload in
            for try await chunk in body { try await upload.append(chunk) }
            return try await upload.finish(as: id)
        }
    }

    /// Receives a form with one part named `file`.
    ///
    /// - Parameters:
    ///   - contentType: the request's, for the boundary.
    ///   - limit: bytes that the file may have; the rest of the form has a limit of its own.
    /// - Throws: as ``receive(id:body:limit:)`` does.
    package func receiveForm<Body: AsyncSequence>(
        id: BlobID,
        body: Body,
        contentType: String,
        limit: Int
    ) async throws -> ReceivedForm where Body.Element == ByteBuffer {
        let boundary = try Self.boundary(contentType)
        return try await withUpload(limit: limit) { upload in
            var parser = MultipartParser(boundary: boundary)
            var name: String?
            for try await chunk in body {
                for action in try Self.feed(&parser, chunk) {
                    if case .partHeaders(let filename, _) = action { name = filename }
                    if case .bytes(let bytes) = action { try await upload.append(bytes) }
                }
            }
            for case .bytes(let bytes) in try Self.finish(&parser) { try await upload.append(bytes) }
            return ReceivedForm(original: try await upload.finish(as: id), filename: name)
        }
    }

    /// Inspects an original again, to render it once more.
    /// - Throws: ``FileFailure``.
    package func inspect(_ id: BlobID) async throws -> Inspection {
        let file = try await writer.archive.open(.original(id))
        return try await writer.threads.runIfActive { [inspector = writer.inspector] in try inspector.inspect(file) }
    }

    /// Removes an original that is no longer wanted. Succeeds also when there is none.
    /// - Throws: ``FileFailure``.
    package func discard(_ id: BlobID) async throws {
        try await writer.archive.removeOriginal(id)
    }

    private func withUpload<Result>(
        limit: Int,
        _ body: (inout Upload) async throws -> Result
    ) async throws -> Result {
        var upload = try await Upload(writer: writer, limit: limit)
        // Closing frees the blocks of a file without a name, which may block; it must also run when cancelled.
        defer { upload.close() }
        return try await body(&upload)
    }

    private static func feed(
        _ parser: inout MultipartParser,
        _ chunk: ByteBuffer
    ) throws(Failure) -> [MultipartParser.Action] {
        do { return try parser.feed(chunk) } catch { throw .malformedForm(error) }
    }

    private static func finish(_ parser: inout MultipartParser) throws(Failure) -> [MultipartParser.Action] {
        do { return try parser.finish() } catch { throw .malformedForm(error) }
    }

    private static func boundary(_ contentType: String) throws(Failure) -> MultipartBoundary {
        do { return try MultipartBoundary(contentType: contentType) } catch { throw .badBoundary(error) }
    }
}

extension Intake {
    /// Why an upload was not stored. Nothing of it is on disk.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// No bytes at all.
        case empty
        /// More bytes than allowed; `limit` in bytes.
        case tooLarge(limit: Int)
        /// A picture beyond a limit.
        case refused(ImageLimitExceeded)
        /// The request does not announce a form, or its boundary is unusable.
        case badBoundary(MultipartBoundary.Failure)
        case malformedForm(MultipartParser.Failure)
        case storage(FileFailure)

        /// A sentence for the client, without paths and system error texts.
        package var description: String {
            switch self {
            case .empty: "The file is empty."
            case .tooLarge(let limit): "The file is larger than \(limit) bytes."
            case .refused(let limit): limit.description
            case .badBoundary(let failure): failure.description
            case .malformedForm(let failure): failure.description
            case .storage(let failure):
                failure.isStorageFull ? "There is no space left." : "The file could not be stored."
            }
        }
    }
}
