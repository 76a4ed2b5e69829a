import Fixtures
import Foundation
import Hashing
import Subprocess
import TestSupport
import Testing

@testable import Server

@Suite("Metadata of originals", .timeLimit(.standard))
struct MetadataStrippingTests {
    @Test("I7: metadata is removed from the original, the answer lists it, and a resend is the same upload")
    func stripped() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let sent = try Fixture.bytes("gps.jpg")
            let picture = try await ada.settled(ada.upload(sent))
            let removed = picture.removed_metadata.elements.map(\.text)
            #expect(removed == removed.sorted())
            #expect(Set(removed).isSuperset(of: ["comment", "exif", "gps", "iptc", "xmp"]))
            #expect(picture.byte_size.number < sent.count)

            let original = try await ada.get("attachments/\(picture.id.text)/original").expect(200)
            #expect(original.body.count == picture.byte_size.number)
            #expect(SHA256.hash(original.body).map { String(format: "%02x", $0) }.joined() == picture.sha256.text)
            let words = try await exiftool(original.body)
            for word in ["GPS", "Secret", "48 deg", "XMP"] { #expect(!words.contains(word)) }
        }
    }

    @Test("SNUG_KEEP_METADATA=on stores originals unchanged")
    func kept() async throws {
        try await withServer({ $0.keepsMetadata = .on }) { server in
            let ada = try await server.register("ada")
            let sent = try Fixture.bytes("gps.jpg")
            let picture = try await ada.upload(sent)
            #expect(picture.removed_metadata.elements.isEmpty)
            #expect(try await ada.get("attachments/\(picture.id.text)/original").expect(200).body == sent)
        }
    }

    @Test("An Ultra HDR photograph keeps its gain map, with or without its metadata", arguments: [false, true])
    func gainMap(keepsMetadata: Bool) async throws {
        try await withServer({ if keepsMetadata { $0.keepsMetadata = .on } }) { server in
            let ada = try await server.register("ada")
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("ultra-hdr.jpg")))
            #expect(picture.status == "ready" && picture.has_hdr == true)
            #expect(try await ada.get("attachments/\(picture.id.text)").json.has_hdr == true)
            let words = try await exiftool(ada.get("attachments/\(picture.id.text)/original").expect(200).body)
            #expect(words.contains("MP Image 2") && words.contains("Gain Map Max"))
            #expect(try await ada.upload(try Fixture.bytes("gps.jpg")).has_hdr == false)
        }
    }

    @Test("A file without metadata is stored byte for byte", arguments: ["plain.png", "textured.jpg", "text.jpg"])
    func untouched(name: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let picture = try await ada.upload(try Fixture.bytes(name))
            #expect(picture.removed_metadata.elements.isEmpty)
            let original = try await ada.get("attachments/\(picture.id.text)/original").expect(200)
            #expect(try original.body == Fixture.bytes(name))
        }
    }

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

    private func exiftool(_ bytes: [UInt8]) async throws -> String {
        try await withScratchFolder { folder in
            let file = "\(folder)/original.jpg"
            try Data(bytes).write(to: URL(filePath: file))
            let arguments: Arguments = ["-a", "-ee", "-G", file]
            let answer = try await run(.name("exiftool"), arguments: arguments, output: .string(limit: 1 << 20))
            return answer.standardOutput
        }
    }
}
