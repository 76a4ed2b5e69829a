import Foundation
import HTTPTypes
import Hummingbird
import Media

/// A response with a file, with ranges and conditions (RFC 9110 sections 13 and 14).
///
/// Hummingbird's `FileMiddleware` derives its ETag from time and size, and takes `bytes=-500` for the first bytes, so
/// that only its streaming is used.
struct FileResponse: Sendable {
    let delivery: Delivery
    /// Bytes.
    let size: Int
    /// Quoted.
    let etag: String
    /// Media type, caching and other header fields of every response.
    let headers: HTTPFields
    let files: FileIO

    func response(to request: Request, _ context: some RequestContext) async throws -> Response {
        var headers = headers
        headers[.eTag] = etag
        switch delivery {
        case .accelerated(let location):
            if let response = Self.conditionalResponse(request.headers, etag, headers) { return response }
            headers[.accelRedirect] = location
            return Response(status: .ok, headers: headers)
        case .file(let path):
            headers[.acceptRanges] = "bytes"
            if let response = Self.conditionalResponse(request.headers, etag, headers) { return response }
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

    /// The response if a condition of the client decides it (RFC 9110 section 13.2.2); otherwise nil.
    private static func conditionalResponse(
        _ conditions: HTTPFields,
        _ etag: String,
        _ headers: HTTPFields
    ) -> Response? {
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
    /// For files from users: the browser must not guess their type or run anything in them.
    static let untrustedBytes: HTTPFields = [
        .xContentTypeOptions: "nosniff",
        .contentSecurityPolicy: "default-src 'none'; sandbox",
        // The URL of a picture is the permission to see it.
        .referrerPolicy: "no-referrer",
    ]

    /// Whether the client has this version (RFC 9110 section 13.1.2).
    fileprivate func ifNoneMatch(_ etag: String) -> Bool {
        tags(.ifNoneMatch).contains { $0 == "*" || $0 == etag || $0 == "W/" + etag }
    }

    /// Whether the client accepts this version (RFC 9110 section 13.1.1).
    fileprivate func ifMatch(_ etag: String) -> Bool {
        guard contains(.ifMatch) else { return true }
        return tags(.ifMatch).contains { $0 == "*" || $0 == etag }
    }

    private func tags(_ name: HTTPField.Name) -> [String] {
        self[values: name].flatMap { $0.split(separator: ",") }.map { $0.filter { !$0.isWhitespace } }
    }
}

/// The requested part of a file (RFC 9110 section 14).
enum ByteRange: Equatable {
    /// There is no range, or it may be ignored.
    case whole
    case part(ClosedRange<Int>)
    /// The range is beyond the end of the file.
    case unsatisfiable

    /// Parses a `Range` header. Several ranges in one header select the whole file, as the RFC allows.
    init(_ header: String?, size: Int) {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else {
            self = .whole
            return
        }
        let sides = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard sides.count == 2, sides.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            self = .whole
            return
        }
        switch (Self.number(sides[0]), Self.number(sides[1])) {
        case (let first?, let last?) where first <= last: self = Self.clamp(first, last, size)
        case (let first?, nil) where sides[1].isEmpty: self = Self.clamp(first, size - 1, size)
        case (nil, let count?) where sides[0].isEmpty: self = Self.clamp(max(size - count, 0), size - 1, size)
        default: self = .whole
        }
    }

    /// Nil for an empty text. Digits beyond the largest number count as that one, which no file reaches.
    private static func number(_ digits: Substring) -> Int? {
        digits.isEmpty ? nil : Int(digits) ?? .max
    }

    private static func clamp(_ first: Int, _ last: Int, _ size: Int) -> ByteRange {
        let last = min(last, size - 1)
        return first <= last ? .part(first...last) : .unsatisfiable
    }
}
