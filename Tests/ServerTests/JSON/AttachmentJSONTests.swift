import Foundation
import SnugClient
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Server

@Suite("JSON of attachments", .timeLimit(.standard))
struct AttachmentJSONTests {
    private let id = Chat.Attachment.ID.random()

    private func written(
        _ status: Chat.Attachment.Status,
        facts: AttachmentFacts = .picture,
        placeholder: Data? = nil,
        animation: Animation? = nil,
        isDamaged: Bool = false
    ) throws -> JSON {
        let attachment = Chat.Attachment(
            id: id,
            ownerID: .random(),
            facts: facts,
            filename: "a.gif",
            status: status,
            variants: status == .ready ? [.thumbnail] : [],
            placeholder: placeholder,
            animation: animation,
            isDamaged: isDamaged,
            createdAt: Timestamp(milliseconds: 0),
            messageID: nil
        )
        return try JSON(parsing: JSONEncoding.sample.json(attachment).bytes)
    }

    @Test("An attachment has every member of the contract in every state")
    func members() throws {
        let failure = Chat.Attachment.Failure(code: "truncated", detail: "It is incomplete.")
        for status in [Chat.Attachment.Status.processing, .ready, .failed(failure)] {
            #expect(
                try written(status).names == [
                    "id", "kind", "filename", "media_type", "byte_size", "width", "height", "animated", "has_hdr",
                    "sha256", "removed_metadata", "status", "failure", "is_damaged", "placeholder", "original_url",
                    "variants",
                    "created_at",
                ]
            )
        }
    }

    @Test("Removed metadata is a list, which is empty if nothing was removed")
    func removedMetadata() throws {
        var facts = AttachmentFacts.picture
        #expect(try written(.ready, facts: facts).removed_metadata == [])
        facts.removedMetadata = ["exif", "gps"]
        #expect(try written(.ready, facts: facts).removed_metadata == ["exif", "gps"])
    }

    @Test("High dynamic range is reported")
    func hasHDR() throws {
        var facts = AttachmentFacts.picture
        #expect(try written(.ready, facts: facts).has_hdr == false)
        facts.hasHDR = true
        #expect(try written(.ready, facts: facts).has_hdr == true)
    }

    @Test("Only a partially decoded picture is marked as damaged")
    func damaged() throws {
        #expect(try written(.ready, isDamaged: true).is_damaged == true)
        #expect(try written(.ready).is_damaged == false)
        #expect(try written(.processing).is_damaged == false)
    }

    @Test("A placeholder is base64")
    func placeholder() throws {
        #expect(try written(.ready).placeholder == .null)
        let hash = Data([0xFB, 0xFF, 0x00, 0x3E, 0x3F])
        #expect(try written(.ready, placeholder: hash).placeholder == "+/8APj8=")
    }

    @Test("An animated picture has an animation beside its variants, a static one has null")
    func animation() throws {
        #expect(try written(.ready).variants.animated == .null)
        let moving = try written(.ready, animation: Animation(width: 320, height: 240, byteCount: 7000)).variants
        #expect(moving.names == ["thumbnail", "animated"])
        #expect(moving.animated.names == ["width", "height", "media_type", "byte_size", "url"])
        #expect([moving.animated.width, moving.animated.height, moving.animated.byte_size] == [320, 240, 7000])
        #expect(moving.animated.media_type == "image/webp")
        #expect(moving.animated.url.text.hasSuffix("/\(id).animated.webp"))
    }

    @Test("A failure has the time of its retry, or null")
    func failure() throws {
        let final = Chat.Attachment.Failure(code: "truncated", detail: "It is incomplete.")
        let json = try written(.failed(final))
        #expect(json.failure == ["code": "truncated", "detail": "It is incomplete.", "retry_at": nil])
        #expect(json.variants == .null)
        let retry = Timestamp(milliseconds: 300_000)
        let later = Chat.Attachment.Failure(code: "timed_out", detail: "It took too long.", retryAt: retry)
        #expect(try written(.failed(later)).failure.retry_at == "1970-01-01T00:05:00.000Z")
        #expect(try written(.processing).failure == .null)
    }
}

extension AttachmentFacts {
    fileprivate static let picture = AttachmentFacts(
        kind: .image,
        mediaType: "image/gif",
        byteCount: 10,
        sha256: Data(repeating: 7, count: 32),
        width: 640,
        height: 480,
        isAnimated: true
    )
}

extension Variant {
    fileprivate static let thumbnail = Variant(
        size: .thumbnail,
        fileSize: .thumbnail,
        width: 150,
        height: 113,
        format: .jpg,
        byteCount: 5000
    )
}
