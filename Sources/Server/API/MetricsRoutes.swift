import Hummingbird
import NIOCore
import SnugMetrics

/// `GET /metrics`: what the server measures, for Prometheus. Who may read `GET /health` may read it.
struct MetricsRoutes: Sendable {
    let report: MetricsReport
    let health: HealthRoutes

    func mount(authenticated: RouterGroup<AppContext>) {
        authenticated.get("metrics", use: show)
    }

    @Sendable private func show(_ request: Request, _ context: AppContext) async throws -> Response {
        guard try await health.mayRead(request, context) else { throw Problem.notFound }
        let page = try await report.page()
        return Response(
            status: .ok,
            headers: [.contentType: MetricsPage.mediaType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page.text))
        )
    }
}
