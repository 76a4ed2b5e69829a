import Chat
import Foundation
import HTTPTypes
import Hummingbird
import Media
import Pictures
import Vocabulary

/// Turns what Chat knows into what clients read.
struct Wire: Sendable {
    let links: MediaLinks
    let presence: Presence

    /// The JSON of one value.
    func json(_ value: some JSONWritable) -> JSONWriter {
        var json = JSONWriter(wire: self)
        value.write(to: &json)
        return json
    }

    func response(_ status: HTTPResponse.Status = .ok, _ value: some JSONWritable) -> Response {
        response(status, json(value).buffer)
    }

    /// An answer written member by member.
    func response(_ status: HTTPResponse.Status = .ok, _ members: (inout JSONWriter) -> Void) -> Response {
        var json = JSONWriter(wire: self)
        json.object(members)
        return response(status, json.buffer)
    }

    /// An answer that has been written already.
    func response(_ status: HTTPResponse.Status, _ json: ByteBuffer) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: json)
        )
    }
}

/// Something that has one form on the wire.
protocol JSONWritable {
    func write(to json: inout JSONWriter)
}

/// The addresses of pictures.
struct MediaLinks: Sendable {
    let signer: MediaSigner
    /// The public address of the site; empty where addresses are relative.
    let site: String

    func variant(_ id: Attachment.ID, size: VariantSize, format: VariantFormat, at time: Timestamp) -> String {
        url(for: VariantFile(blob: BlobID(id.uuid), size: size, format: format), at: time)
    }

    /// The moving form of a picture.
    func animation(_ id: Attachment.ID, at time: Timestamp) -> String {
        url(for: .animated(BlobID(id.uuid)), at: time)
    }

    private func url(for file: VariantFile, at time: Timestamp) -> String {
        signer.url(for: file, now: Date(timeIntervalSince1970: Double(time.milliseconds) / 1000))
    }

    /// Counts the weeks for which addresses stay the same.
    var week: Int { signer.week(at: Date()) }

    func original(_ id: Attachment.ID) -> String {
        "\(site)/api/v1/attachments/\(id)/original"
    }
}
