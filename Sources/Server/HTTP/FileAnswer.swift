import Foundation
import HTTPTypes
import Hummingbird
import Media

/// A file as an answer, with ranges and conditions (RFC 9110 sections 13 and 14).
///
/// Hummingbird's `FileMiddleware` makes its own ETag from time and size and reads `bytes=-500` as the first bytes, so
/// only its streaming is used.
struct FileAnswer: Sendable {
    let delivery: Delivery
    /// Bytes.
    let size: Int
    /// Quoted.
    let etag: String
    /// Type, caching and what else every answer carries.
    let headers: HTTPFields
    let files: FileIO

    func response(to request: Request, _ context: some RequestContext) async throws -> Response {
        var headers = headers
        headers[.eTag] = etag
        switch delivery {
        case .accelerated(let location):
            if let answer = Self.answer(toConditions: request.headers, etag, headers) { return answer }
            headers[.accelRedirect] = location
            return Response(status: .ok, headers: headers)
        case .file(let path):
            headers[.acceptRanges] = "bytes"
            if let answer = Self.answer(toConditions: request.headers, etag, headers) { return answer }
            return try await stream(path, headers, to: request, context)
        }
    }

    private func stream(
        _ path: String,
        _ headers: HTTPFields,
        to request: Request,
        _ context: some RequestContext
    ) async throws -> Response {
        var headers = headers
        let mayUseRange = request.headers[.ifRange].map { $0 == etag } ?? true
        switch mayUseRange ? ByteRange(request.headers[.range], size: size) : .whole {
        case .whole:
            let body = try await files.loadFile(path: path, context: context)
            return Response(status: .ok, headers: headers, body: body)
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(size)"
            let body = try await files.loadFile(path: path, range: range, context: context)
            return Response(status: .partialContent, headers: headers, body: body)
        case .unsatisfiable:
            var response = Problem(
                .rangeNotSatisfiable,
                "invalid",
                "The range is beyond the end of the file.",
                field: "Range",
                limit: size
            ).response
            response.headers[.contentRange] = "bytes */\(size)"
            return response
        }
    }

    /// The answer without the file, where the client's conditions lead to one (RFC 9110 section 13.2.2).
    private static func answer(toConditions conditions: HTTPFields, _ etag: String, _ headers: HTTPFields) -> Response?
    {
        guard conditions.ifMatch(etag) else {
            return Problem(
                .preconditionFailed,
                "precondition_failed",
                "The file does not match If-Match.",
                field: "If-Match"
            ).response
        }
        return conditions.ifNoneMatch(etag) ? Response(status: .notModified, headers: headers) : nil
    }
}

extension HTTPFields {
    /// What every answer with bytes of a stranger carries: the browser takes them for what they are and runs nothing.
    static let untrustedBytes: HTTPFields = [
        .xContentTypeOptions: "nosniff",
        .contentSecurityPolicy: "default-src 'none'; sandbox",
        // The address of a picture is the permission to see it.
        .referrerPolicy: "no-referrer",
    ]

    /// Whether the client has this version already (RFC 9110 section 13.1.2).
    fileprivate func ifNoneMatch(_ etag: String) -> Bool {
        tags(.ifNoneMatch).contains { $0 == "*" || $0 == etag || $0 == "W/" + etag }
    }

    /// Whether this version, if the client asks for a certain one, is that (RFC 9110 section 13.1.1).
    fileprivate func ifMatch(_ etag: String) -> Bool {
        guard contains(.ifMatch) else { return true }
        return tags(.ifMatch).contains { $0 == "*" || $0 == etag }
    }

    private func tags(_ name: HTTPField.Name) -> [String] {
        self[values: name].flatMap { $0.split(separator: ",") }.map { $0.filter { !$0.isWhitespace } }
    }
}
