import Fixtures
import Foundation
import Hashing
import NIOHTTP1
import TestSupport
import Testing

@testable import Server

@Suite("Uploads", .timeLimit(.standard))
struct UploadTests {
    @Test("An uploaded picture is described at once and has variants when it is ready")
    func picture() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bytes = try Fixture.bytes("textured.jpg")
            let picture = try await ada.upload(bytes, named: "garden.jpg")
            #expect(
                picture.names == [
                    "id", "kind", "filename", "media_type", "byte_size", "width", "height", "animated", "has_hdr",
                    "sha256", "removed_metadata", "status", "failure", "is_damaged", "placeholder", "original_url",
                    "variants", "created_at",
                ]
            )
            #expect(picture.kind == "image")
            #expect(picture.filename == "garden.jpg")
            #expect(picture.media_type == "image/jpeg")
            #expect(picture.byte_size == .int(bytes.count))
            #expect(picture.width == 200)
            #expect(picture.height == 150)
            #expect(picture.animated == false)
            #expect(picture.sha256.text == SHA256.hash(bytes).map { String(format: "%02x", $0) }.joined())
            #expect(picture.failure == nil)
            #expect(picture.original_url.text == "/api/v1/attachments/\(picture.id.text)/original")
            #expect(
                picture.id.text.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/) != nil
            )
        }
    }

    @Test("I4: variants appear when they are ready, and not before")
    func variants() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
            #expect(picture.status == "ready")
            #expect(picture.variants.names == ["thumbnail", "medium", "large", "animated"])
            #expect(picture.variants.thumbnail.width == 150)
            #expect(picture.variants.medium.width == 200)
            #expect(picture.variants.large == picture.variants.medium)
            for variant in [picture.variants.thumbnail, picture.variants.medium] {
                let answer = try await server.site.send(.GET, variant.url.text)
                #expect(answer.status == 200)
                #expect(answer.body.count == variant.byte_size.number)
            }
        }
    }

    @Test("While a picture is being rendered it has no variants")
    func processing() async throws {
        try await withServer({ $0.mediaWorker = "/nonexistent" }) { server in
            let ada = try await server.register("ada")
            let picture = try await ada.upload(try Fixture.bytes("textured.jpg"))
            #expect(picture.status == "processing")
            #expect(picture.variants == nil)
        }
    }

    @Test("An empty upload is rejected", arguments: [true, false])
    func empty(isChunked: Bool) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let answer = try await ada.send(.POST, "attachments", body: isChunked ? .chunked([]) : .bytes([]))
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "file")
            #expect(try server.holdsNothing())
        }
    }

    @Test("I6: the bytes of a file decide its type, not its name: text named .jpg is a plain file")
    func textNamedPicture() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let headers: HTTPHeaders = [
                "content-type": "image/jpeg", "content-disposition": "attachment; filename=\"photo.jpg\"",
            ]
            let bytes = try Fixture.bytes("text.jpg")
            let file = try await ada.send(.POST, "attachments", headers: headers, body: .bytes(bytes)).expect(201).json
            #expect(file.kind == "file")
            #expect(file.media_type == "text/plain")
            #expect(file.status == "ready")
            #expect(file.width == nil)
            #expect(file.variants == nil)
        }
    }

    @Test("An undecodable picture is stored and fails with a reason")
    func truncated() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bytes = try Fixture.bytes("header-only.jpg")
            let picture = try await ada.settled(ada.upload(bytes))
            #expect(picture.status == "failed")
            #expect(picture.failure.names == ["code", "detail", "retry_at"])
            #expect(picture.variants == nil)
            #expect(try await ada.get("attachments/\(picture.id.text)/original").body == bytes)
        }
    }

    @Test("A failed picture can be retried, a ready one cannot")
    func retry() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let broken = try await ada.settled(ada.upload(try Fixture.bytes("header-only.jpg")))
            let retried = try await ada.post("attachments/\(broken.id.text)/retry").expect(202).json
            #expect(retried.status == "processing")
            let again = try await ada.settled(broken)
            #expect(again.status == "failed")
            let fine = try await ada.settled(ada.upload(try Fixture.bytes("plain.png")))
            #expect(try await ada.post("attachments/\(fine.id.text)/retry").isProblem(409, "conflict"))
        }
    }

    @Test(
        "I8: a picture beyond a limit is a plain file, and the limit is the reason",
        arguments: [
            ("huge.png", "too_large", "The picture has more than 120 million pixels."),
            ("many-scans.jpg", "too_complex", "The JPEG has more than 100 scans."),
        ]
    )
    func overLimit(name: String, code: String, detail: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bytes = try Fixture.bytes(name)
            let file = try await ada.upload(bytes)
            #expect(file.kind == "file" && file.status == "failed" && file.variants == .null)
            #expect(file.failure.code == .string(code) && file.failure.detail == .string(detail))
            #expect(file.failure.retry_at == .null)
            #expect(try await ada.get("attachments/\(file.id.text)/original").expect(200).body == bytes)
            #expect(try await ada.post("attachments/\(file.id.text)/retry").isProblem(409, "conflict"))
        }
    }

    @Test(
        "Prefer: wait returns the finished picture and Preference-Applied",
        arguments: ["60", "99999999999999999999"]
    )
    func prefer(wait: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bytes = try Fixture.bytes("plain.png")
            let headers: HTTPHeaders = ["prefer": "respond-async, wait=\(wait)"]
            let answer = try await ada.send(.POST, "attachments", headers: headers, body: .bytes(bytes)).expect(201)
            #expect(answer.json.status == "ready")
            #expect(answer[header: "preference-applied"] == "wait=20")
        }
    }

    @Test("Prefer: wait ends after its time")
    func preferEnds() async throws {
        try await withServer({ $0.mediaWorker = "/nonexistent" }) { server in
            let ada = try await server.register("ada")
            let picture = try await ada.upload(try Fixture.bytes("plain.png"), wait: 1)
            #expect(picture.status == "processing")
        }
    }

    @Test("An own unattached upload can be deleted, and its URLs stop working")
    func delete() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
            #expect(try await ada.delete("attachments/\(picture.id.text)").status == 204)
            #expect(try await ada.get("attachments/\(picture.id.text)").isProblem(404, "not_found"))
            #expect(try await server.site.send(.GET, picture.variants.thumbnail.url.text).isProblem(404, "not_found"))
        }
    }

    @Test("I5: an attached upload cannot be deleted on its own")
    func deleteAttached() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let file = try await ada.upload(try Fixture.bytes("text.jpg"))
            _ = try await ada.say("Look", in: try await ada.makeRoom(), with: [file])
            #expect(try await ada.delete("attachments/\(file.id.text)").isProblem(409, "conflict"))
            #expect(try await ada.get("attachments/\(file.id.text)/original").status == 200)
        }
    }

    @Test("I7: an upload of somebody else cannot be deleted")
    func deleteOthers() async throws {
        try await withServer { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let file = try await ada.upload(try Fixture.bytes("text.jpg"))
            #expect(try await eve.delete("attachments/\(file.id.text)").isProblem(404, "not_found"))
            #expect(try await ada.get("attachments/\(file.id.text)").status == 200)
        }
    }
}
