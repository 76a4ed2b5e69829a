import Chat
import HTTPTypes
import Hummingbird

/// Uploads and attachments.
struct AttachmentRoutes: Sendable {
    let store: Store
    let uploads: Uploads
    let originals: OriginalFiles
    let waiters: RenderWaiters
    let encoding: JSONEncoding

    /// Longest wait for variants, in seconds.
    private static let maxWait = 20
    /// The route of uploads; see ``IdempotencyMiddleware``.
    static let uploadPath = "/api/v1/attachments"

    func mount(signedIn: RouterGroup<SignedInContext>) {
        signedIn.post("attachments", use: upload)
        signedIn.get("attachments/{id}", use: show)
        signedIn.get("attachments/{id}/original", use: original)
        signedIn.post("attachments/{id}/retry", use: retry)
        signedIn.delete("attachments/{id}", use: delete)
    }

    @Sendable private func upload(_ request: Request, _ context: SignedInContext) async throws -> Response {
        do {
            let (upload, remaining) = try await uploads.receive(
                request,
                from: context.caller,
                idempotencyKey: context.idempotencyKey
            )
            var response = try await response(upload.value, to: request, .created, for: context.userID)
            response.headers[.rateLimitRemaining] = remaining.map(String.init)
            return response.replayed(upload.isReplay)
        } catch let refused as Uploads.Refused {
            let response = refused.problem.response
            return refused.isUnread ? response.lingering(over: request) : response.closing()
        }
    }

    @Sendable private func show(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let attachment = try await store.attachments.attachment(context.id(), for: context.userID)
        return try await response(attachment, to: request, .ok, for: context.userID)
    }

    @Sendable private func original(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let attachment = try await store.attachments.attachment(context.id(), for: context.userID)
        return try await originals.response(for: attachment, to: request, context)
    }

    @Sendable private func retry(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let (attachment, remaining) = try await store.renderings.retry(context.id(), by: context.caller)
        var response = encoding.response(.accepted, attachment)
        response.headers[.rateLimitRemaining] = remaining.map(String.init)
        return response
    }

    @Sendable private func delete(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await store.attachments.delete(context.id(), by: context.caller)
        return Response(status: .noContent)
    }

    /// The response with an attachment, after waiting for its variants if the client prefers that.
    private func response(
        _ attachment: Attachment,
        to request: Request,
        _ status: HTTPResponse.Status,
        for viewer: User.ID
    ) async throws -> Response {
        let wait = request.preferredWait(atMost: Self.maxWait)
        guard wait > 0 else { return encoding.response(status, attachment) }
        let finished = try await waiters.wait(for: attachment.id, atMost: .seconds(wait)) {
            try await store.attachments.attachment(attachment.id, for: viewer)
        }
        var response = encoding.response(status, finished)
        response.headers[.preferenceApplied] = "wait=\(wait)"
        return response
    }
}
