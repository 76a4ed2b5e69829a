import Fixtures
import Pictures
import SnugClient
import TestSupport
import Testing
import Vocabulary

@testable import Media
@testable import Server

@Suite("A picture from one person to another", .timeLimit(.standard))
struct MainJobTests {
    @Test("I4, I7: the recipient gets the message, then its thumbnail, which works until the message is deleted")
    func fromUploadToDeletion() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let room = try await ada.makeRoom(with: [bob])
            let socket = try await bob.listen()
            let message = try await ada.say("Look!", in: room, with: [try await ada.upload(textured)])
            let thumbnail = try await receiveThumbnail(socket, of: message)

            try await withNginx(inFrontOf: server.site, storage: server.storage) { front in
                for site in [server.site, front] {
                    let answer = try await site.send(.GET, thumbnail.url.text).expect(200)
                    #expect(try pixels(of: answer.body) == [thumbnail.width.number, thumbnail.height.number])
                    #expect(try pixels(of: answer.body).allSatisfy { $0 <= 150 })
                }
                #expect(try await ada.delete(ada.path(of: message)).status == 204)
                #expect(try await socket.next("message.deleted").message.id == message.id)
                for site in [server.site, front] {
                    #expect(try await site.send(.GET, thumbnail.url.text).isProblem(404, "not_found"))
                }
            }
        }
    }

    /// Receives the event of the message, then that of the rendered picture. The speed of the worker decides which of
    /// them has the thumbnail.
    private func receiveThumbnail(_ socket: LiveClient, of message: JSON) async throws -> JSON {
        let created = try await socket.next("message.created").message
        #expect(created.id == message.id)
        let attachment = created.attachments[0]
        guard attachment.status == "processing" else { return attachment.variants.thumbnail }
        let ready = try await socket.next("attachment.ready")
        #expect(ready.message_id == message.id)
        #expect(ready.attachment.id == attachment.id)
        #expect(ready.attachment.status == "ready")
        return ready.attachment.variants.thumbnail
    }

    @Test("I4: a picture that has lost a variant is rendered again after the next sweep")
    func lostVariant() async throws {
        try await withServer(internalLimits: { $0.renderPollInterval = .milliseconds(20) }) { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let picture = try await ada.upload(textured)
            _ = try await ada.settled(picture)
            let message = try await ada.say("Look!", in: room, with: [picture])
            let thumbnail = message.attachments[0].variants.thumbnail.url.text
            let before = try await server.site.send(.GET, thumbnail).expect(200).body
            let id = try #require(BlobID(message.attachments[0].id.text))
            let media = try MediaFolder(existing: server.storage + "/media")
            try await DiskArchive(media).removeVariants(of: [id])
            #expect(try await server.site.send(.GET, thumbnail).status == 404)
            let socket = try await ada.listen()
            let swept = try await runProgram([Executables.janitor, "sweep", "--storage", server.storage])
            #expect(swept.output.contains("1 pictures with"))
            #expect(try await socket.next("attachment.ready").attachment.id == message.attachments[0].id)
            #expect(try await server.site.send(.GET, thumbnail).expect(200).body == before)
        }
    }

    @Test("The sender of a damaged picture receives its failure and the reason")
    func failure() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let socket = try await ada.listen()
            let broken = try await ada.upload(try Fixture.bytes("header-only.jpg"))
            let message = try await ada.say("Look!", in: room, with: [broken])
            let created = try await socket.next("message.created").message.attachments[0]
            guard created.status == "processing" else {
                #expect(created.status == "failed")
                return
            }
            let failed = try await socket.next("attachment.failed")
            #expect(failed.message_id == message.id)
            #expect(failed.attachment.status == "failed")
            #expect(failed.attachment.failure.code.text != "")
        }
    }

    @Test("I7: the URLs of pictures in a deleted room stop working")
    func deletedRoom() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let picture = try await ada.settled(ada.upload(textured))
            _ = try await ada.say("", in: room, with: [picture])
            let url = picture.variants.thumbnail.url.text
            #expect(try await server.site.send(.GET, url).status == 200)
            #expect(try await ada.delete("rooms/\(room.id.text)").status == 204)
            #expect(try await server.site.send(.GET, url).isProblem(404, "not_found"))
        }
    }

    @Test("I7: a message deleted while its picture is being rendered leaves no variants", arguments: 0..<5)
    func deletedMeanwhile(round: Int) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let message = try await ada.say("", in: room, with: [try await ada.upload(textured)])
            #expect(try await ada.delete(ada.path(of: message)).status == 204)
            // Rendered after the first one, which is therefore finished.
            _ = try await ada.settled(ada.upload(try Fixture.bytes("plain.png")))
            let id = message.attachments[0].id.text
            let left = try files(below: server.storage + "/media/variants").filter { $0.contains(id) }
            #expect(left == [])
        }
    }

    private var textured: [UInt8] {
        get throws { try Fixture.bytes("textured.jpg") }
    }

    private func pixels(of bytes: [UInt8]) throws -> [Int] {
        var source = BufferedFileReader(bytes)
        let facts = try #require(try Inspector().inspect(&source).facts)
        return [facts.width, facts.height]
    }
}
