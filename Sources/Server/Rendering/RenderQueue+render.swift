import Chat
import Logging
import Media
import Pictures
import Vocabulary

extension RenderQueue {
    /// Renders a picture and records the result.
    ///
    /// - Throws: Errors that the picture did not cause; the attempt must not count then.
    func render(_ task: RenderTask) async throws {
        guard task.crashCount < RetrySchedule.crashLimit else { return try await recordFailure(task.id, .quarantined) }
        do {
            try await attempt(task.id)
        } catch {
            guard let problem = RenderProblem(error) else { throw error }
            if problem.cause == .file { logUnreadable(task.id, error) }
            try await recordFailure(task.id, problem)
        }
    }

    /// Records attempts that were interrupted by the end of the server as failed: the picture may have crashed it.
    func recordInterrupted() async throws {
        for id in try await store.renderings.interrupted() { try await recordFailure(id, .interrupted) }
    }

    private func attempt(_ id: Attachment.ID) async throws {
        let blob = BlobID(id.uuid)
        let inspection = try await intake.inspect(blob)
        if let limit = inspection.exceededLimit { throw limit }
        guard let facts = inspection.facts else { throw RenderFailure.rejected(.undecodable) }
        let picture = try await picture(of: blob, facts)
        try await store.renderings.finish(
            id,
            variants: picture.variants.map(Variant.init),
            placeholder: picture.placeholder,
            animation: picture.animation.map(Animation.init),
            isDamaged: picture.isDamaged
        )
    }

    private func picture(of blob: BlobID, _ facts: ImageFacts) async throws -> RenderedPicture {
        do {
            return try await renderer.render(RenderJob(id: blob, facts: facts))
        } catch let failure as RenderFailure {
            // An unreadable original must not stop the queue as a full disk does.
            if case .storage = failure { try await originals.verify(blob) }
            throw failure
        }
    }

    private func recordFailure(_ id: Attachment.ID, _ problem: RenderProblem) async throws {
        switch try await store.renderings.recordFailure(id, problem) {
        case .again:
            logger.warning(
                "The media worker crashed; the picture will be rendered again",
                metadata: ["attachment": "\(id)"]
            )
        case .failed(let failure):
            logger.log(
                level: failure.code == Attachment.Failure.quarantined ? .warning : .info,
                "A picture could not be rendered",
                metadata: [
                    "attachment": "\(id)", "reason": "\(failure.code)",
                    "retry": "\(failure.retryAt.map { "\($0.milliseconds)" } ?? "never")",
                ]
            )
        case nil:
            break
        }
    }

    private func logUnreadable(_ id: Attachment.ID, _ error: any Error) {
        logger.error(
            "The original of a picture could not be read: if it is missing, restore it from a backup",
            metadata: ["attachment": "\(id)", "error": "\(error)"]
        )
    }
}

extension Variant {
    fileprivate init(_ rendered: RenderedVariant) {
        self.init(
            size: rendered.size,
            fileSize: rendered.fileSize,
            width: rendered.width,
            height: rendered.height,
            format: rendered.format,
            byteCount: Int64(rendered.byteCount)
        )
    }
}

extension Animation {
    fileprivate init(_ rendered: RenderedAnimation) {
        self.init(width: rendered.width, height: rendered.height, byteCount: Int64(rendered.byteCount))
    }
}
