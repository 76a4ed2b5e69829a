import Chat
import Hummingbird

/// Every path of the API, and the middleware in front of it.
struct Routes {
    let authenticator: Authenticator
    let keys: InFlightKeys
    let users: UserRoutes
    let sessions: SessionRoutes
    let rooms: RoomRoutes
    let members: MemberRoutes
    let invitations: InvitationRoutes
    let bans: BanRoutes
    let blocks: BlockRoutes
    let messages: MessageRoutes
    let attachments: AttachmentRoutes
    let live: LiveTransports
    let media: MediaRoutes
    let health: HealthRoutes
    let metrics: MetricsRoutes
    let requests: RequestMetrics
    let admin: AdminRoutes
    let limits: RateLimits

    func router() -> Router<AppContext> {
        let router = Router(context: AppContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestIdentity(address: limits.address))
        router.add(middleware: RequestLog(metrics: requests))
        router.add(middleware: ErrorResponses())
        router.add(middleware: RequestLimit(limits: limits))
        router.add(middleware: RequestHeadCheck())

        let open = router.group("api/v1")
        let authenticated = router.group().add(
            middleware: AuthenticationMiddleware(authenticator: authenticator, address: limits.address)
        )
        let signedIn = authenticated.group("api/v1").group(context: SignedInContext.self)
            .add(middleware: IdempotencyMiddleware(keys: keys, streamedRoute: AttachmentRoutes.uploadPath))

        users.mount(open: open, signedIn: signedIn)
        sessions.mount(open: open, signedIn: signedIn)
        rooms.mount(signedIn: signedIn)
        members.mount(signedIn: signedIn)
        invitations.mount(signedIn: signedIn)
        bans.mount(signedIn: signedIn)
        blocks.mount(signedIn: signedIn)
        messages.mount(signedIn: signedIn)
        attachments.mount(signedIn: signedIn)
        admin.mount(signedIn: signedIn)
        live.mount(router, signedIn: signedIn)
        media.mount(router)
        health.mount(router, authenticated: authenticated)
        metrics.mount(authenticated: authenticated)
        router.refuseOtherMethods()
        return router
    }
}
