import Chat
import Logging
import Media

extension RenderQueue {
    /// Renders one picture and writes down how that ended.
    ///
    /// - Throws: what is not the picture's doing; then this try does not count.
    func render(_ task: Store.RenderTask) async throws {
        // Only a try that never came to an end leaves its count this high: the picture took the whole server with it.
        guard task.attempt <= Self.maxAttempts else {
            return try await fail(task, Self.crashing)
        }
        do {
            try await renderOnce(task)
        } catch let failure as RenderFailure where failure.code != nil {
            try await settle(task, failure)
        } catch let failure as InspectionFailure {
            try await fail(task, Attachment.Failure(code: "too_complex", detail: failure.description))
        } catch let failure as FileFailure where failure.isMissing {
            logger.error(
                "The original of an attachment is missing: restore it from a backup",
                metadata: ["attachment": "\(task.id)"]
            )
            try await fail(task, Attachment.Failure(code: "missing", detail: "The file is missing on the server."))
        } catch  where Self.isTransient(error) {
            try await store.withdrawAttempt(task.id)
            throw error
        } catch {
            try await postpone(task, error)
        }
    }

    private func renderOnce(_ task: Store.RenderTask) async throws {
        let blob = BlobID(task.id.uuid)
        guard let facts = try await intake.inspect(blob).facts else { throw RenderFailure.rejected(.undecodable) }
        let picture = try await renderings.render(RenderJob(id: blob, facts: facts))
        let attachment = try await store.finishRendering(
            task.id,
            variants: picture.variants.map(Variant.init),
            placeholder: picture.placeholder,
            animation: picture.animation.map(Animation.init)
        )
        // Deleted while it was rendered: its files must not outlive that.
        if attachment == nil { await revocation.revoke([task.id]) }
        outcomes.settled(task.id)
    }

    /// Whether the trouble is the server's or the disk's, so that other pictures would meet it too.
    private static func isTransient(_ error: any Error) -> Bool {
        switch error {
        case is CancellationError, is RenderFailure, is Refusal: true
        case let failure as FileFailure: failure.isStorageFull
        default: false
        }
    }

    /// A picture that failed, or whose worker died and is tried again.
    private func settle(_ task: Store.RenderTask, _ failure: RenderFailure) async throws {
        if failure == .workerDied, task.attempt < Self.maxAttempts {
            logger.warning(
                "The media worker died; the picture is tried again",
                metadata: ["attachment": "\(task.id)", "attempt": "\(task.attempt)"]
            )
            return
        }
        try await fail(
            task,
            Attachment.Failure(code: failure.code?.rawValue ?? "undecodable", detail: failure.description)
        )
    }

    /// Something is wrong with this one picture's file or row: it goes behind the others, and fails in the end.
    private func postpone(_ task: Store.RenderTask, _ error: any Error) async throws {
        logger.error(
            "A picture could not be rendered: look at its original",
            metadata: ["attachment": "\(task.id)", "attempt": "\(task.attempt)", "error": "\(error)"]
        )
        guard task.attempt >= Self.maxAttempts else { return }
        try await fail(task, Attachment.Failure(code: "unreadable", detail: "The file cannot be read on the server."))
    }

    private static let crashing = Attachment.Failure(
        code: RenderFailure.Code.workerCrashed.rawValue,
        detail: RenderFailure.Code.workerCrashed.detail
    )

    private func fail(_ task: Store.RenderTask, _ failure: Attachment.Failure) async throws {
        logger.info(
            "A picture has no variants",
            metadata: ["attachment": "\(task.id)", "reason": "\(failure.code)"]
        )
        _ = try await store.failRendering(task.id, failure)
        await revocation.revoke([task.id])
        outcomes.settled(task.id)
    }
}

extension Variant {
    fileprivate init(_ rendered: RenderedVariant) {
        self.init(
            size: rendered.size.rawValue,
            fileSize: rendered.fileSize.rawValue,
            width: rendered.width,
            height: rendered.height,
            format: rendered.format.rawValue,
            byteCount: Int64(rendered.byteCount)
        )
    }
}

extension Animation {
    fileprivate init(_ rendered: RenderedAnimation) {
        self.init(width: rendered.width, height: rendered.height, byteCount: Int64(rendered.byteCount))
    }
}
