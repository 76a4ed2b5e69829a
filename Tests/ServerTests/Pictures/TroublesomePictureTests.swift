import Chat
import Fixtures
import Foundation
import Media
import NIOHTTP1
import TestSupport
import Testing

@testable import Server

@Suite("Pictures that bring trouble", .timeLimit(.minutes(5)))
struct TroublesomePictureTests {
    @Test("I8: a picture at which the whole server died three times is not tried again")
    func killsTheServer() async throws {
        try await withMemoryFolder { storage in
            let (picture, token) = try await leavePicture(in: storage, tries: 3)
            try await withServer({ $0.storage = storage }) { server in
                let settled = try await server.site.attachment(picture, token: token)
                #expect(settled.status == "failed")
                #expect(settled.failure.code == "worker_crashed")
            }
        }
    }

    @Test("A picture that ends behind its first bytes is accepted, and has failed at once")
    func damaged() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let picture = try await ada.upload(try Fixture.bytes("signature-only.jpg"))
            #expect(picture.kind == "image")
            #expect(picture.status == "failed")
            #expect(picture.failure.code == "undecodable")
            let message = try await ada.say("", in: try await ada.makeRoom(), with: [picture])
            #expect(message.attachments[0].status == "failed")
        }
    }

    @Test("An original that cannot be read fails in the end and keeps nobody waiting")
    func unreadable() async throws {
        try await withMemoryFolder { storage in
            let (picture, token) = try await leavePicture(in: storage, tries: 0)
            let blobs = try BlobStore(root: "\(storage)/\(BlobStore.folderName)")
            try FileManager.default.createDirectory(
                atPath: blobs.path(ofOriginal: BlobID(picture.uuid)),
                withIntermediateDirectories: false
            )
            try await withServer({ $0.storage = storage }) { server in
                let ada = try await server.register("ada")
                #expect(try await ada.upload(try Fixture.bytes("textured.jpg"), wait: 20).status == "ready")
                let settled = try await server.site.attachment(picture, token: token)
                #expect(settled.status == "failed")
            }
        }
    }

    /// A picture that waits to be rendered, as a server that was killed leaves it.
    private func leavePicture(in storage: String, tries: Int) async throws -> (Chat.Attachment.ID, token: String) {
        try FileManager.default.createDirectory(atPath: storage, withIntermediateDirectories: true)
        let store = try Store(path: "\(storage)/\(Store.fileName)")
        let owner = try await store.createUser(username: "owner", displayName: "Owner", passwordHash: "none")
        let picture = Chat.Attachment.ID.random()
        try await store.beginUpload(picture, by: owner.id)
        let facts = AttachmentFacts(
            kind: .image,
            mediaType: "image/jpeg",
            byteCount: 1,
            sha256: Data(count: 32),
            width: 1,
            height: 1
        )
        _ = try await store.completeUpload(picture, filename: "picture.jpg", facts: facts)
        for _ in 0..<tries { _ = try await store.nextRendering() }
        return (picture, try await store.createSession(for: owner.id).token.text)
    }
}

extension Site {
    fileprivate func attachment(_ id: Chat.Attachment.ID, token: String) async throws -> JSON {
        let headers: HTTPHeaders = ["authorization": "Bearer \(token)", "prefer": "wait=20"]
        return try await send(.GET, "/api/v1/attachments/\(id)", headers: headers).expect(200).json
    }
}
