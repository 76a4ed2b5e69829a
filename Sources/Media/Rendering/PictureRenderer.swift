import Kernel
import NIOPosix
import Pictures
import Vocabulary

/// Renders archived pictures: gives the worker open files, and archives those that it has filled.
package struct PictureRenderer: Sendable {
    private let spool: Spool
    private let archive: any Archive
    private let worker: WorkerSupervisor
    private let threads: NIOThreadPool

    /// - Parameter threads: where blocking file calls run; started and stopped by the caller.
    package init(spool: Spool, archive: any Archive, worker: WorkerSupervisor, threads: NIOThreadPool) {
        self.spool = spool
        self.archive = archive
        self.worker = worker
        self.threads = threads
    }

    /// Renders a picture, after those that were requested before it. When this returns, the variants are complete and
    /// durable; when it throws, none was added.
    ///
    /// - Throws: ``RenderFailure``, ``FileFailure`` for the original, `CancellationError`.
    package func render(_ job: RenderJob) async throws -> RenderedPicture {
        let files = try await openFiles(of: job.id)
        // Freeing the blocks of a file without a name may block.
        defer { threads.submit { _ in files.close() } }
        let picture = try await worker.render(job, files: files)
        try await commit(picture, files, of: job.id)
        return picture
    }

    /// - Throws: ``FileFailure`` for the original; ``RenderFailure/storage(_:)`` when no output can be created.
    private func openFiles(of id: BlobID) async throws -> RenderFiles {
        let original = try await archive.open(.original(id))
        return try await threads.runIfActive { [spool] in
            do {
                var outputs: [VariantRole: UnnamedFile] = [:]
                for role in VariantRole.all { outputs[role] = try spool.newFile() }
                return RenderFiles(original: original, outputs: outputs)
            } catch let failure as FileFailure {
                throw RenderFailure.storage(failure)
            }
        }
    }

    /// Archives the files that the worker has filled, in place of earlier variants. When it throws, the picture has
    /// none.
    /// - Throws: ``RenderFailure/storage(_:)``, or ``RenderFailure/invalidOutput`` when a file is not what the worker
    ///   reported.
    private func commit(_ picture: RenderedPicture, _ files: RenderFiles, of id: BlobID) async throws {
        do {
            let variants = try await checkedFiles(of: picture, files, of: id)
            try await archive.commit(variants, of: id)
        } catch let failure as FileFailure {
            throw RenderFailure.storage(failure)
        }
    }

    private func checkedFiles(
        of picture: RenderedPicture,
        _ files: RenderFiles,
        of id: BlobID
    ) async throws -> [RenderedFile] {
        do {
            return try await threads.runIfActive { try files.checkedFiles(of: picture, of: id) }
        } catch {
            _ = try? await archive.removeVariants(of: [id])
            throw error
        }
    }
}

extension ImageFacts {
    /// Estimated time for rendering the variants, in milliseconds of one core: 5–600,000.
    ///
    /// Computed from the stored pixels and the time per pixel of their decoder, as measured with libvips 8.14 and a
    /// cascade of the three sizes.
    package var renderCost: Int {
        // In floating point, since a header may claim any size.
        let megapixels = Double(storedWidth) * Double(storedHeight) / 1_000_000
        return Int(min(max(megapixels * millisecondsPerMegapixel, 5), 600_000))
    }

    private var millisecondsPerMegapixel: Double {
        switch format {
        case .jpeg: isProgressive ? 16 : 7
        case .png: 26
        case .gif: 10
        case .webp: 18
        case .heif, .avif: 60
        }
    }
}
