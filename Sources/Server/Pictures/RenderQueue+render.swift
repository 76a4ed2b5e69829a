import Chat
import Logging
import Media

extension RenderQueue {
    /// Renders one picture and writes down how that ended.
    func render(_ task: Store.RenderTask) async throws {
        let blob = BlobID(task.id.uuid)
        do {
            guard let facts = try await intake.inspect(blob).facts else { throw RenderFailure.rejected(.undecodable) }
            let variants = try await worker.render(RenderJob(id: blob, facts: facts))
            let attachment = try await store.finishRendering(task.id, variants: variants.map(Variant.init))
            // Deleted while it was rendered: its files must not outlive that.
            if attachment == nil { await revocation.revoke([task.id]) }
        } catch let failure as RenderFailure {
            guard try await settle(task, failure) else { return }
        } catch let failure as InspectionFailure {
            try await fail(task, Attachment.Failure(code: "too_complex", detail: failure.description))
        } catch let failure as FileFailure where failure.isMissing {
            logger.error(
                "The original of an attachment is missing: restore it from a backup",
                metadata: ["attachment": "\(task.id)"]
            )
            try await fail(task, Attachment.Failure(code: "missing", detail: "The file is missing on the server."))
        }
        outcomes.settled(task.id)
    }

    /// - Returns: Whether that was the last word; otherwise the picture is tried again.
    private func settle(_ task: Store.RenderTask, _ failure: RenderFailure) async throws -> Bool {
        switch failure {
        case .stopping, .cancelled, .overloaded:
            // The server's doing: the picture waits for the next start, and this try does not count.
            try await store.withdrawAttempt(task.id)
            throw CancellationError()
        case .cannotStart:
            try await store.withdrawAttempt(task.id)
            throw failure
        case .workerDied where task.attempt < Self.maxAttempts:
            logger.warning(
                "The media worker died; the picture is tried again",
                metadata: ["attachment": "\(task.id)", "attempt": "\(task.attempt)"]
            )
            return false
        default:
            try await fail(
                task,
                Attachment.Failure(code: failure.code?.rawValue ?? "undecodable", detail: failure.description)
            )
            return true
        }
    }

    private func fail(_ task: Store.RenderTask, _ failure: Attachment.Failure) async throws {
        logger.info(
            "A picture has no variants",
            metadata: ["attachment": "\(task.id)", "reason": "\(failure.code)"]
        )
        _ = try await store.failRendering(task.id, failure)
        await revocation.revoke([task.id])
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
