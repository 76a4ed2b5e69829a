import Chat
import Foundation
import HTTPTypes
import Hummingbird
import Media
import Vocabulary

/// Responds with originals, for download only.
struct OriginalFiles: Sendable {
    let archive: any Archive
    let files: FileIO
    /// Whether nginx sends the files.
    let isAccelerated: Bool

    /// Media types that are sent as they are; all others are sent as `application/octet-stream`.
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
        // nginx repeats the request with this header when it cannot read the file.
        let accelerates = isAccelerated && request.headers[.snugAccelerate] != "off"
        let file = FileResponse(
            delivery: try await archive.delivery(of: .original(blob), accelerated: accelerates),
            size: Int(attachment.facts.byteCount),
            etag: etag,
            headers: headers,
            files: files
        )
        return try await file.response(to: request, context)
    }
}
