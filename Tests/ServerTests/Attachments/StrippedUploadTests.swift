import Fixtures
import TestSupport
import Testing

@testable import Server

@Suite("Metadata of uploads", .timeLimit(.standard))
struct StrippedUploadTests {
    @Test("I7: a downloaded photograph contains neither its location nor its author")
    func download() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bytes = try Fixture.bytes("phone.jpg")
            let photograph = try await ada.upload(bytes, named: "phone.jpg")
            let original = try await ada.get("attachments/\(photograph.id.text)/original").expect(200)
            #expect(original.body.count < bytes.count)
            #expect(photograph.byte_size == .int(original.body.count))
            #expect(!String(decoding: original.body, as: UTF8.self).contains("Secret"))
            #expect(photograph.width == 96 && photograph.height == 64)
        }
    }

    @Test("I3: a repeated photograph is recognised by the received bytes, not by the stored ones")
    func again() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bytes = try Fixture.bytes("phone.jpg")
            let first = try await ada.upload(bytes, key: "key").expect(201)
            let again = try await ada.upload(bytes, key: "key").expect(201)
            #expect(again.isReplayed)
            #expect(again.json == first.json)
            // The same picture, with other bytes that are stripped.
            let other = try await ada.upload(bytes + [1], key: "key")
            #expect(other.isProblem(422, "idempotency_mismatch"))
        }
    }
}
