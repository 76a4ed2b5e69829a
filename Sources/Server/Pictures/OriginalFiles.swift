import Chat
import Foundation
import HTTPTypes
import Hummingbird
import Media
import Vocabulary

/// Answers with the bytes as they were uploaded, for download only.
struct OriginalFiles: Sendable {
    let blobs: BlobStore
    let files: FileIO
    /// Whether nginx sends the bytes.
    let isAccelerated: Bool

    /// The types that are named truly; everything else goes out as bytes without a meaning.
    private static let safeTypes: Set<String> = ["image/jpeg", "image/png", "image/gif", "image/webp"]

    func response(
        for attachment: Attachment,
        to request: Request,
        _ context: some RequestContext
    ) async throws -> Response {
        let blob = BlobID(attachment.id.uuid)
        let etag = "\"" + attachment.facts.sha256.map { String(format: "%02x", $0) }.joined() + "\""
        var headers = HTTPFields.untrustedBytes
        let type = attachment.facts.mediaType
        headers[.contentType] = Self.safeTypes.contains(type) ? type : "application/octet-stream"
        headers[.contentDisposition] = DownloadName(attachment.filename).contentDisposition
        headers[.cacheControl] = "private, no-cache"
        // nginx asks once more, in this way, for a file that it cannot read.
        if isAccelerated, request.headers[.snugAccelerate] != "off" {
            headers[.eTag] = etag
            if let answer = FileAnswer.answer(toConditions: request.headers, etag, headers) { return answer }
            headers[.accelRedirect] =
                "/_originals/" + blobs.relativePath(ofOriginal: blob).dropFirst("originals/".count)
            return Response(status: .ok, headers: headers)
        }
        let answer = FileAnswer(
            path: blobs.path(ofOriginal: blob),
            size: Int(attachment.facts.byteCount),
            etag: etag,
            headers: headers,
            files: files
        )
        return try await answer.response(to: request, context)
    }
}
