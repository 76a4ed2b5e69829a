import SnugMetrics

/// Why an upload was rejected: the code of the problem that the client got.
enum UploadRejection: String, CaseIterable, Sendable {
    case invalid
    case malformed
    case tooLarge = "too_large"
    case tooSlow = "too_slow"
    case unsupportedMedia = "unsupported_media"
    case rateLimited = "rate_limited"
    case overloaded
    case storageFull = "storage_full"
    case `internal`
    /// Any other code, and connections that ended.
    case other

    init(_ error: any Error) {
        let problem = (error as? Uploads.Refused)?.problem ?? Problem(error)
        self = problem.flatMap { Self(rawValue: $0.code) } ?? .other
    }
}

/// What uploads count for monitoring.
struct UploadMetrics: Sendable {
    let rejections = Family<UploadRejection, _> { _ in Counter() }
}
