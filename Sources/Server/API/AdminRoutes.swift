import Chat
import Hummingbird
import Logging

/// The server as a whole, for its administrators. For everybody else these paths do not exist.
struct AdminRoutes: Sendable {
    let store: Store
    let info: SystemInfo
    let restart: RestartRequest
    let encoding: JSONEncoding
    let logger: Logger

    func mount(signedIn: RouterGroup<SignedInContext>) {
        let admins = signedIn.group("admin").add(middleware: AdminMiddleware(store: store))
        admins.get("system-info", use: systemInfo)
        admins.get("rooms", use: rooms)
        admins.post("restart", use: restart)
    }

    @Sendable private func systemInfo(_ request: Request, _ context: SignedInContext) async throws -> Response {
        encoding.response(.ok, try await info.report())
    }

    @Sendable private func rooms(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let limit = try request.pageLimit(atMost: Rooms.figuresPageSize)
        let page = try await store.rooms.figures(after: request.pageStart(of: "room"), limit: limit)
        return encoding.response { json in
            json.key("rooms")
            json.array(page.rooms) { $1.write(to: &$0) }
            json.member("has_more", page.hasMore)
        }
    }

    /// Responds, and then stops the server as SIGTERM does.
    @Sendable private func restart(_ request: Request, _ context: SignedInContext) async throws -> Response {
        logger.notice("An administrator has requested a restart", metadata: ["user": "\(context.userID)"])
        return Response(
            status: .accepted,
            headers: [.cacheControl: "no-store"],
            body: ResponseBody(contentLength: 0) { [restart] writer in
                try await writer.finish(nil)
                restart.make()
            }
        )
    }
}

/// Answers everybody but administrators with 404.
private struct AdminMiddleware: RouterMiddleware {
    let store: Store

    func handle(
        _ request: Request,
        context: SignedInContext,
        next: (Request, SignedInContext) async throws -> Response
    ) async throws -> Response {
        guard try await store.people.user(context.userID).isAdmin else { throw Problem.notFound }
        return try await next(request, context)
    }
}

extension RoomFigures: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("kind", kind.rawValue)
            json.member("name", ifAny: name) { $0.value($1) }
            json.member("created_at", createdAt)
            json.member("member_count", memberCount)
            json.member("last_message_at", ifAny: lastMessageAt) { $0.value($1) }
            json.member("message_count", messageCount)
            json.member("attachment_bytes", attachmentBytes)
        }
    }
}
