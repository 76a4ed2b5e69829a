import HTTPTypes
import Hummingbird

/// Refuses requests that their head alone shows to be wrong, before any of the body is read.
struct RequestHeadCheck: RouterMiddleware {
    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        // What a request with two hosts says may end where another reader of it would not look.
        guard request.hasOneHost else {
            let detail = "The request must have exactly one Host header field with a valid host name."
            return Problem.malformed(detail).response.closing()
        }
        guard request.refusedContentCoding == nil else {
            return Problem.encodedBody.response.lingering(over: request)
        }
        return try await next(request, context)
    }
}

extension Problem {
    /// Nothing is decompressed here: a few bytes could become gigabytes.
    fileprivate static let encodedBody = Problem(
        .unsupportedMediaType,
        "unsupported_media",
        "Encoded bodies are not supported: send the body without Content-Encoding.",
        field: "Content-Encoding"
    )
}

extension Request {
    /// A `Content-Encoding` that stands for a body in some other form than its own (RFC 9110 section 8.4); nil without
    /// one, or without a body.
    var refusedContentCoding: String? {
        guard hasBody else { return nil }
        return headers[values: .contentEncoding]
            .flatMap { $0.split(separator: ",") }
            .map { $0.filter { !$0.isWhitespace }.lowercased() }
            .first { !$0.isEmpty && $0 != "identity" }
    }

    /// RFC 9112 section 6.3: only these two announce one.
    private var hasBody: Bool { contentLength ?? 0 > 0 || headers[.transferEncoding] != nil }

    /// The first `Host` is the request's authority, any other is left among the header fields. A request of HTTP/1.0,
    /// which needs none, has got an empty one from ``UpgradeRequestFilter``.
    fileprivate var hasOneHost: Bool {
        HostName.isOnly((head.authority.map { [$0] } ?? []) + headers[values: .anotherHost])
    }
}

/// What a `Host` may hold.
enum HostName {
    /// Whether there is one, and it can be one (RFC 9112 section 3.2).
    static func isOnly(_ fields: [String]) -> Bool {
        fields.count == 1 && fields[0].utf8.allSatisfy(isAllowed)
    }

    /// What names, addresses and ports are written with (RFC 3986 section 3.2.2), without user information.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~%!$&'()*+;=:[]".utf8.contains(byte)
        }
    }
}

extension HTTPField.Name {
    /// The library forbids to name it, because the first one is the request's authority.
    fileprivate static let anotherHost = Self("Host")!
}
