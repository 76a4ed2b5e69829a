import NIOPosix
import Pictures

/// Renders the pictures of a store: gives the worker open files, and names what it has filled them with.
package struct PictureRenderer: Sendable {
    private let store: BlobStore
    private let worker: WorkerSupervisor
    private let threads: NIOThreadPool

    /// - Parameter threads: where blocking file calls run; started and stopped by the caller.
    package init(store: BlobStore, worker: WorkerSupervisor, threads: NIOThreadPool) {
        self.store = store
        self.worker = worker
        self.threads = threads
    }

    /// Renders a picture, after those that came before it. When this returns, the files are complete and durable; when
    /// it throws, there is nothing new.
    ///
    /// - Throws: ``RenderFailure``, ``FileFailure`` for the original, `CancellationError`.
    package func render(_ job: RenderJob) async throws -> RenderedPicture {
        let files = try await threads.runIfActive { [store] in try store.openForRendering(job.id) }
        // Freeing the blocks of a file that got no name may wait for the disk.
        defer { threads.submit { _ in files.close() } }
        let picture = try await worker.render(job, files: files)
        try await threads.runIfActive { [store] in try store.keep(files, picture, of: job.id) }
        return picture
    }
}
