import Foundation
import HTTPTypes
import Hummingbird

/// An error response: `application/problem+json` (RFC 9457).
package struct Problem: Error, Equatable {
    let status: HTTPResponse.Status
    /// Stable and machine-readable.
    let code: String
    /// A sentence for people. Never contains SQL, paths or error texts of libraries.
    package let detail: String
    var field: String?
    var limit: Int?
    /// Also sent as `Retry-After`. At least 1.
    var retryAfterSeconds: Int?

    init(
        _ status: HTTPResponse.Status,
        _ code: String,
        _ detail: String,
        field: String? = nil,
        limit: Int? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.limit = limit
        self.retryAfterSeconds = retryAfterSeconds
    }

    static let notFound = Problem(.notFound, "not_found", "Not found.")
    static let unauthenticated = Problem(.unauthorized, "unauthenticated", "A bearer token is required.")
    static let `internal` = Problem(
        .internalServerError,
        "internal",
        "An internal error occurred. It has been logged."
    )

    static func invalid(_ field: String, _ detail: String, limit: Int? = nil) -> Problem {
        Problem(.unprocessableContent, "invalid", detail, field: field, limit: limit)
    }

    /// - Parameter seconds: At least 1.
    static func rateLimited(retryAfterSeconds seconds: Int) -> Problem {
        let wait = seconds == 1 ? "a second" : "\(seconds) seconds"
        return Problem(
            .tooManyRequests,
            "rate_limited",
            "Too many requests. Try again in \(wait).",
            retryAfterSeconds: seconds
        )
    }

    static func malformed(_ detail: String) -> Problem {
        Problem(.badRequest, "malformed", detail)
    }

    static func tooLarge(_ what: String, limit: Int) -> Problem {
        Problem(.contentTooLarge, "too_large", "\(what) may have at most \(limit) bytes.", limit: limit)
    }
}

extension Problem: Encodable {
    private enum Keys: String, CodingKey {
        case type, title, status, detail, code, field, limit
        case retryAfterSeconds = "retry_after_seconds"
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Keys.self)
        try members.encode("about:blank", forKey: .type)
        try members.encode(status.reasonPhrase, forKey: .title)
        try members.encode(status.code, forKey: .status)
        try members.encode(detail, forKey: .detail)
        try members.encode(code, forKey: .code)
        try members.encodeIfPresent(field, forKey: .field)
        try members.encodeIfPresent(limit, forKey: .limit)
        try members.encodeIfPresent(retryAfterSeconds, forKey: .retryAfterSeconds)
    }

    var json: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("a problem can always be encoded") }
        return data
    }

    /// The response with this problem.
    var response: Response {
        var headers: HTTPFields = [.contentType: "application/problem+json", .cacheControl: "no-store"]
        if let retryAfterSeconds { headers[.retryAfter] = String(retryAfterSeconds) }
        if status == .tooManyRequests { headers[.rateLimitRemaining] = "0" }
        // RFC 9110 section 15.5.9.
        if status == .requestTimeout { headers[.connection] = "close" }
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        // RFC 9110 section 12.5.3.
        if status == .unsupportedMediaType, field == "Content-Encoding" { headers[.acceptEncoding] = "identity" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}
