import NIOCore
import NIOPosix
import Vocabulary

/// Accepts uploads: streams them to disk, tells what they are, and keeps them durably under their id.
package struct Intake: Sendable {
    private let store: BlobStore
    private let inspector: Inspector
    private let threads: NIOThreadPool
    private let keepsMetadata: Bool

    /// - Parameters:
    ///   - threads: where blocking file calls run; started and stopped by the caller.
    ///   - keepsMetadata: pictures are kept as they came, with the places and names that are in them. By default they
    ///     are kept without, and nothing else of them is changed.
    package init(store: BlobStore, inspector: Inspector, threads: NIOThreadPool, keepsMetadata: Bool = false) {
        self.store = store
        self.inspector = inspector
        self.threads = threads
        self.keepsMetadata = keepsMetadata
    }

    /// Receives a body that is the file itself.
    ///
    /// When this returns, the original survives a power cut. When it throws, nothing of it is on disk.
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
    ///   - limit: bytes that the file may have; what surrounds it is bounded on its own.
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

    /// Looks at an original again, as for rendering it anew.
    /// - Throws: ``FileFailure``.
    package func inspect(_ id: BlobID) async throws -> Inspection {
        try await threads.runIfActive { [store, inspector] in
            try inspector.inspect(try store.openOriginal(id))
        }
    }

    /// Removes an original that was received but is not wanted after all; none is success too.
    /// - Throws: ``FileFailure``.
    package func discard(_ id: BlobID) async throws {
        _ = try await threads.runIfActive { [store] in try store.removeOriginal(id) }
    }

    private func withUpload<Result>(
        limit: Int,
        _ body: (inout Upload) async throws -> Result
    ) async throws -> Result {
        let keeper = OriginalWriter(store: store, inspector: inspector, keepsMetadata: keepsMetadata)
        var upload = try await Upload(keeper: keeper, threads: threads, limit: limit)
        // Closing frees the blocks of a file that got no name, which may block; it must also run when cancelled.
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
