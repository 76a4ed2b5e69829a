import Chat
import ChatSQLite
import Fixtures
import Foundation
import GRDB
import Hashing
import NIOHTTP1
import SnugClient
import TestSupport
import Testing
import Vocabulary

@testable import Media
@testable import Server

@Suite("Failing pictures", .timeLimit(.standard))
struct TroublesomePictureTests {
    @Test("I8: a picture is retried after one crash of the server, and not after two")
    func killsTheServer() async throws {
        for (lives, status) in [(1, "ready"), (2, "failed")] {
            try await withMemoryFolder { storage in
                let left = try await leavePicture(in: storage) { store, picture in
                    for life in 1...lives {
                        _ = try await store.renderings.next()
                        // The previous server did not get this far.
                        if life < lives { _ = try await store.renderings.recordFailure(picture, .interrupted) }
                    }
                }
                try await withServer({ $0.storage = storage }) { server in
                    let settled = try await left.look(at: server.site)
                    #expect(settled.status == .string(status))
                    if status == "failed" { #expect(settled.failure.code == "quarantined") }
                }
            }
        }
    }

    @Test("A picture truncated after its first bytes is accepted and fails at once")
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

    @Test("A truncated picture is rendered and marked as damaged, in its event and in every answer")
    func cutOff() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bytes = try Fixture.bytes("photograph.jpg").dropLast(400)
            let picture = try await ada.settled(ada.upload(Array(bytes)))
            #expect(picture.status == "ready")
            #expect(picture.is_damaged == true)
            #expect(picture.variants.large.width == 1_200)
            let whole = try await ada.settled(ada.upload(try Fixture.bytes("plain.png")))
            #expect(whole.is_damaged == false)
            let message = try await ada.say("", in: try await ada.makeRoom(), with: [picture, whole])
            #expect(message.attachments[0].is_damaged == true)
            #expect(message.attachments[1].is_damaged == false)
        }
    }

    @Test("An unreadable original fails for now and delays nobody")
    func unreadable() async throws {
        try await withMemoryFolder { storage in
            let left = try await leavePicture(in: storage)
            let path = try MediaFolder("\(storage)/\(MediaFolder.name)").path(of: .original(left.blob))
            try FileManager.default.removeItem(atPath: path)
            // A link is not followed, so not even root can open the original.
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "elsewhere")
            try await withServer({ $0.storage = storage }) { server in
                let ada = try await server.register("ada")
                #expect(try await ada.settled(ada.upload(try Fixture.bytes("plain.png"))).status == "ready")
                let settled = try await left.look(at: server.site)
                #expect(settled.status == "failed")
                #expect(settled.failure.code == "unreadable")
                #expect(settled.failure.retry_at.text.hasSuffix("Z"))
            }
        }
    }

    @Test("A missing original is retried, and the operator is warned")
    func missing() async throws {
        try await withMemoryFolder { storage in
            let left = try await leavePicture(in: storage)
            let path = try MediaFolder("\(storage)/\(MediaFolder.name)").path(of: .original(left.blob))
            try FileManager.default.removeItem(atPath: path)
            try await withServer({ $0.storage = storage }) { server in
                let settled = try await left.look(at: server.site)
                #expect(settled.failure.code == "missing")
                #expect(settled.failure.retry_at.text.hasSuffix("Z"))
                try await server.waitForLog("restore it from a backup")
            }
        }
    }

    @Test("A disk that the worker cannot write to fails no picture: rendering waits")
    func fullDisk() async throws {
        try await withMemoryFolder { folder in
            let worker = try FakeWorker.reportingStorageFailure(in: folder)
            try await withServer({ $0.mediaWorker = worker }) { server in
                let ada = try await server.register("ada")
                let picture = try await ada.upload(try Fixture.bytes("textured.jpg"))
                try await server.waitForLog("Rendering is paused")
                #expect(try await ada.get("attachments/\(picture.id.text)").json.status == "processing")
                let held = try await DatabaseQueue(path: server.storage + "/snug.sqlite").read { db in
                    try String.fetchOne(
                        db,
                        sql: "SELECT state || ' ' || crash_count || ' ' || retry_count FROM renderings"
                    )
                }
                #expect(held == "waiting 0 0")
            }
        }
    }

    @Test("A missing folder of variants fails no picture: rendering waits until the folder is back")
    func missingFolder() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let (folder, elsewhere) = ("\(server.storage)/media/variants", "\(server.storage)/elsewhere")
            try FileManager.default.moveItem(atPath: folder, toPath: elsewhere)
            let picture = try await ada.upload(try Fixture.bytes("textured.jpg"))
            try await server.waitForLog("Rendering is paused")
            #expect(try await ada.get("attachments/\(picture.id.text)").json.status == "processing")
            try FileManager.default.moveItem(atPath: elsewhere, toPath: folder)
            #expect(try await ada.settled(picture).status == "ready")
        }
    }

    @Test("A read error of an original fails only its own picture")
    func badSector() async throws {
        try await withMemoryFolder { folder in
            let storage = "\(folder)/storage"
            let spoil = #"file=$(find "\#(storage)/media/originals" -name "$id"); rm "$file"; ln -s elsewhere "$file""#
            let worker = try FakeWorker.reportingStorageFailure(after: spoil, in: folder)
            try await withServer({ ($0.storage, $0.mediaWorker) = (storage, worker) }) { server in
                let ada = try await server.register("ada")
                let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
                #expect(picture.failure.code == "unreadable")
                #expect(picture.failure.retry_at.text.hasSuffix("Z"))
            }
        }
    }

    @Test("I1: a retry that became due while the server was down is made after the start")
    func dueRetry() async throws {
        try await withMemoryFolder { storage in
            let left = try await leavePicture(in: storage, ago: .seconds(3600)) { store, picture in
                _ = try await store.renderings.next()
                let problem = RenderProblem(.file, code: "missing", detail: "It is missing.")
                _ = try await store.renderings.recordFailure(picture, problem)
            }
            try await withServer({ $0.storage = storage }) { server in
                try await poll(waitingFor: "the retry") { try await left.look(at: server.site).status == "ready" }
            }
        }
    }

    /// A picture in the storage of a server that was killed.
    private struct LeftPicture: Sendable {
        let id: Chat.Attachment.ID
        let token: String

        var blob: BlobID { BlobID(id.uuid) }

        /// As its owner sees it once it is no longer processing.
        func look(at site: Site) async throws -> JSON {
            let headers: HTTPHeaders = ["authorization": "Bearer \(token)", "prefer": "wait=20"]
            return try await site.send(.GET, "/api/v1/attachments/\(id)", headers: headers).expect(200).json
        }
    }

    /// A picture that waits to be rendered, or as `happen` changes it, in the storage of a server that was killed.
    private func leavePicture(
        in storage: String,
        ago: Duration = .zero,
        _ happen: (Store, Chat.Attachment.ID) async throws -> Void = { _, _ in }
    ) async throws -> LeftPicture {
        try FileManager.default.createDirectory(atPath: storage, withIntermediateDirectories: true)
        let store = try Store(path: "\(storage)/\(Store.fileName)", now: { .now - ago })
        let owner = try await store.people.create(username: "owner", displayName: "Owner", passwordHash: "none")
        let picture = Chat.Attachment.ID.random()
        let bytes = try Fixture.bytes("textured.jpg")
        try await store.attachments.begin(picture, by: owner.id)
        let path = try MediaFolder("\(storage)/\(MediaFolder.name)").path(of: .original(BlobID(picture.uuid)))
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let facts = AttachmentFacts(
            kind: .image,
            mediaType: "image/jpeg",
            byteCount: Int64(bytes.count),
            sha256: Data(SHA256.hash(bytes)),
            width: 200,
            height: 150
        )
        _ = try await store.attachments.complete(picture, filename: "picture.jpg", facts: facts, by: owner.id)
        try await happen(store, picture)
        let verified = VerifiedCredentials(
            Credentials(userID: owner.id, username: owner.username, passwordHash: "none")
        )
        return LeftPicture(id: picture, token: try await store.people.createSession(for: verified).token.text)
    }
}
