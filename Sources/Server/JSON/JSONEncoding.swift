import Chat
import Foundation
import HTTPTypes
import Hummingbird
import Media
import Pictures
import Vocabulary

/// Encodes values of Chat as the JSON of the API.
struct JSONEncoding: Sendable {
    let links: MediaLinks
    /// Read to encode the status of users.
    let presence: Presence

    /// The JSON of a value.
    func json(_ value: some JSONWritable) -> JSONWriter {
        var json = JSONWriter(encoding: self)
        value.write(to: &json)
        return json
    }

    func response(_ status: HTTPResponse.Status = .ok, _ value: some JSONWritable) -> Response {
        response(status, json(value).buffer)
    }

    /// A response with an object that `members` writes.
    func response(_ status: HTTPResponse.Status = .ok, _ members: (inout JSONWriter) -> Void) -> Response {
        var json = JSONWriter(encoding: self)
        json.object(members)
        return response(status, json.buffer)
    }

    /// A response with JSON that is already encoded.
    func response(_ status: HTTPResponse.Status, _ json: ByteBuffer) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: json)
        )
    }
}

/// A value with a JSON form.
protocol JSONWritable {
    func write(to json: inout JSONWriter)
}

/// The URLs of pictures.
struct MediaLinks: Sendable {
    let signer: MediaSigner
    /// The prefix of URLs of originals; empty for relative URLs.
    let site: String

    func variant(_ id: Attachment.ID, size: VariantSize, format: VariantFormat, at time: Timestamp) -> String {
        url(for: VariantFile(blob: BlobID(id.uuid), size: size, format: format), at: time)
    }

    /// The animated variant of a picture.
    func animation(_ id: Attachment.ID, at time: Timestamp) -> String {
        url(for: .animated(BlobID(id.uuid)), at: time)
    }

    private func url(for file: VariantFile, at time: Timestamp) -> String {
        signer.url(for: file, now: Date(timeIntervalSince1970: Double(time.milliseconds) / 1000))
    }

    /// The number of the current week; URLs of variants are the same within it.
    var week: Int { signer.week(at: Date()) }

    func original(_ id: Attachment.ID) -> String {
        "\(site)/api/v1/attachments/\(id)/original"
    }
}
