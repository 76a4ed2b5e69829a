import HTTPTypes
import Hummingbird

/// Rejects requests with an invalid head before their body is read.
struct RequestHeadCheck: RouterMiddleware {
    func handle(
        _ request: Request,
        context: AppContext,
        next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        // A proxy could use the other one of two hosts.
        guard request.hasOneHost else {
            let detail = "The request must have exactly one Host header field with a valid host name."
            return Problem.malformed(detail).response.closing()
        }
        // A proxy could see another end of the body.
        guard request.isPlainOrChunked else {
            return Problem.malformed("Transfer-Encoding must be chunked, or left out.").response.closing()
        }
        guard request.refusedContentCoding == nil else {
            return Problem.encodedBody.response.lingering(over: request)
        }
        return try await next(request, context)
    }
}

extension Problem {
    /// Bodies are not decompressed: a few bytes could expand to gigabytes.
    fileprivate static let encodedBody = Problem(
        .unsupportedMediaType,
        "unsupported_media",
        "Encoded bodies are not supported: send the body without Content-Encoding.",
        field: "Content-Encoding"
    )
}

extension Request {
    /// The first content coding other than `identity` (RFC 9110 section 8.4); nil without one, or without a body.
    var refusedContentCoding: String? {
        guard hasBody else { return nil }
        return headers[values: .contentEncoding]
            .flatMap { $0.split(separator: ",") }
            .map { $0.filter { !$0.isWhitespace }.lowercased() }
            .first { !$0.isEmpty && $0 != "identity" }
    }

    /// The only transfer coding that every server knows (RFC 9112 section 7), once.
    fileprivate var isPlainOrChunked: Bool {
        let codings = headers[values: .transferEncoding]
        return codings.isEmpty || codings.map { $0.lowercased() } == ["chunked"]
    }

    /// Only these two header fields announce a body (RFC 9112 section 6.3).
    private var hasBody: Bool { contentLength ?? 0 > 0 || headers[.transferEncoding] != nil }

    /// The library moves the first `Host` to the authority and leaves others among the header fields. HTTP/1.0
    /// requests, which need none, have an empty one from ``UpgradeRequestFilter``.
    fileprivate var hasOneHost: Bool {
        HostName.isOnly((head.authority.map { [$0] } ?? []) + headers[values: .anotherHost])
    }
}

/// Checks the value of `Host`.
enum HostName {
    /// Whether there is exactly one `Host`, with allowed characters (RFC 9112 section 3.2).
    static func isOnly(_ fields: [String]) -> Bool {
        fields.count == 1 && fields[0].utf8.allSatisfy(isAllowed)
    }

    /// Characters of names, addresses and ports (RFC 3986 section 3.2.2), without user information.
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
    /// The library has no name for it, because it moves the first one to the authority.
    fileprivate static let anotherHost = Self("Host")!
}
