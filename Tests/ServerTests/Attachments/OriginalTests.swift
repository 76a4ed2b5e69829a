import Fixtures
import Foundation
import Glibc
import NIOHTTP1
import Pictures
import SnugClient
import TestSupport
import Testing

@testable import Media
@testable import Server

@Suite("Originals", .timeLimit(.standard))
struct OriginalTests {
    /// The server or proxy that a download comes from.
    enum Front: CaseIterable, Sendable {
        case server
        case nginx
    }

    /// A file of the bytes 0–99 in a room of two, fetched by the member who did not upload it.
    private func withOriginal(
        from front: Front,
        _ bytes: [UInt8] = Array(0..<100),
        _ check: @Sendable (_ bob: Person, _ path: String) async throws -> Void
    ) async throws {
        try await withServer({ $0.mediaAccel = front == .nginx ? .on : .off }) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let file = try await ada.upload(bytes, named: "numbers.bin")
            _ = try await ada.say("", in: try await ada.makeRoom(with: [bob]), with: [file])
            let path = "attachments/\(file.id.text)/original"
            guard front == .nginx else { return try await check(bob, path) }
            try await withNginx(inFrontOf: server.site, storage: server.storage) { try await check(bob.at($0), path) }
        }
    }

    @Test("A member downloads the exact bytes, with headers that prevent scripts", arguments: Front.allCases)
    func download(front: Front) async throws {
        try await withOriginal(from: front) { bob, path in
            let answer = try await bob.get(path).expect(200)
            #expect(answer.body == Array(0..<100))
            let disposition = "attachment; filename=\"numbers.bin\"; filename*=UTF-8''numbers.bin"
            #expect(answer[header: "content-disposition"] == disposition)
            #expect(answer[header: "content-type"] == "application/octet-stream")
            #expect(answer[header: "x-content-type-options"] == "nosniff")
            #expect(answer[header: "content-security-policy"] == "default-src 'none'; sandbox")
            #expect(answer[header: "cache-control"] == "private, no-cache")
            #expect(answer[header: "content-length"] == "100")
            #expect(answer[header: "accept-ranges"] == "bytes")
            #expect(answer[header: "x-accel-redirect"] == nil)
            // SHA-256 of the bytes 0–99.
            let hash = "bce0aff19cf5aa6a7469a30d61d04e4376e4bbf6381052ee9e7f33925c954d52"
            #expect(answer[header: "etag"] == "\"\(hash)\"")
        }
    }

    @Test("The server sends originals that nginx may not read", .enabled(if: geteuid() == 0))
    func unreadableForNginx() async throws {
        try await withServer({ $0.mediaAccel = .on }) { server in
            let ada = try await server.register("ada")
            let file = try await ada.upload(Array(0..<100), named: "numbers.bin")
            let path = "attachments/\(file.id.text)/original"
            chmod(server.storage, 0o711)
            try await withNginxLogs(inFrontOf: server.site, storage: server.storage, as: "nobody nogroup") {
                front,
                logs in
                let answer = try await ada.at(front).get(path).expect(200)
                #expect(answer.body == Array(0..<100))
                let disposition = "attachment; filename=\"numbers.bin\"; filename*=UTF-8''numbers.bin"
                #expect(answer.headers["content-disposition"] == [disposition])
                #expect(answer.headers["cache-control"] == ["private, no-cache"])
                #expect(answer.headers["content-type"] == ["application/octet-stream"])
                #expect(try logs.errors.contains("Permission denied"))
                try FileManager.default.removeItem(atPath: server.storage + "/media/originals")
                #expect(try await ada.at(front).get(path).isProblem(404, "not_found"))
            }
        }
    }

    @Test("The server sends variants that nginx cannot reach, and logs the reason", .enabled(if: geteuid() == 0))
    func unreachableForNginx() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
            let url = picture.variants.thumbnail.url.text
            try await withNginxLogs(inFrontOf: server.site, storage: server.storage, as: "nobody nogroup") { front, _ in
                for method in [.GET, .HEAD] as [HTTPMethod] {
                    _ = try await front.send(method, url).expect(200)
                }
                #expect(server.log.contains { $0.contains("nginx cannot read the variants") })
                let file = try #require(url.split(separator: "/").last.flatMap { VariantFile(name: $0) })
                let media = try MediaFolder("\(server.storage)/\(MediaFolder.name)")
                try FileManager.default.removeItem(atPath: media.path(of: .variant(file)))
                #expect(try await front.send(.GET, url).isProblem(404, "not_found"))
            }
        }
    }

    @Test("An HTML file is never displayed as a page", arguments: Front.allCases)
    func page(front: Front) async throws {
        try await withOriginal(from: front, try Fixture.bytes("page.jpg")) { bob, path in
            let answer = try await bob.get(path).expect(200)
            #expect(answer[header: "content-type"] == "application/octet-stream")
        }
    }

    @Test("A picture keeps its type", arguments: Front.allCases)
    func picture(front: Front) async throws {
        try await withOriginal(from: front, try Fixture.bytes("plain.png")) { bob, path in
            let answer = try await bob.get(path).expect(200)
            #expect(answer[header: "content-type"] == "image/png")
        }
    }

    @Test(
        "Ranges of a file are sent",
        arguments: Front.allCases,
        [
            ("bytes=10-19", 206, 10..<20, "bytes 10-19/100"), ("bytes=90-", 206, 90..<100, "bytes 90-99/100"),
            ("bytes=-5", 206, 95..<100, "bytes 95-99/100"), ("bytes=0-999", 206, 0..<100, "bytes 0-99/100"),
            ("lines=1-2", 200, 0..<100, nil), ("bytes=x-y", 200, 0..<100, nil),
        ] as [(String, Int, Range<Int>, String?)]
    )
    func ranges(front: Front, wish: (range: String, status: Int, bytes: Range<Int>, says: String?)) async throws {
        try await withOriginal(from: front) { bob, path in
            let answer = try await bob.get(path, headers: ["range": wish.range])
            // nginx does not ignore a range that it cannot read.
            if front == .nginx && wish.range == "bytes=x-y" && answer.status == 416 { return }
            #expect(answer.status == wish.status)
            #expect(answer.body == wish.bytes.map { UInt8($0) })
            #expect(answer[header: "content-range"] == wish.says)
        }
    }

    @Test("A range beyond the end is rejected with the size of the file", arguments: Front.allCases)
    func unsatisfiable(front: Front) async throws {
        try await withOriginal(from: front) { bob, path in
            let answer = try await bob.get(path, headers: ["range": "bytes=100-"])
            #expect(answer.status == 416)
            #expect(answer[header: "content-range"] == "bytes */100")
        }
    }

    @Test("A matching If-None-Match gets 304 without a body", arguments: Front.allCases)
    func notModified(front: Front) async throws {
        try await withOriginal(from: front) { bob, path in
            let etag = try #require(try await bob.get(path)[header: "etag"])
            for tags in [etag, "\"other\", W/\(etag)", "*"] {
                let answer = try await bob.get(path, headers: ["if-none-match": tags])
                #expect(answer.status == 304)
                #expect(answer.body == [])
            }
            #expect(try await bob.get(path, headers: ["if-none-match": "\"other\""]).status == 200)
        }
    }

    @Test("If-Match with another tag gets no content")
    func ifMatch() async throws {
        try await withOriginal(from: .server) { bob, path in
            let etag = try #require(try await bob.get(path)[header: "etag"])
            for tags in [etag, "\"other\", \(etag)", "*"] {
                #expect(try await bob.get(path, headers: ["if-match": tags]).status == 200)
            }
            for tags in ["\"other\"", "W/\(etag)"] {
                #expect(try await bob.get(path, headers: ["if-match": tags]).status == 412)
            }
        }
    }

    @Test("If-Range with another tag gets the whole file")
    func ifRange() async throws {
        try await withOriginal(from: .server) { bob, path in
            let etag = try #require(try await bob.get(path)[header: "etag"])
            let same = try await bob.get(path, headers: ["range": "bytes=0-1", "if-range": etag])
            #expect(same.status == 206)
            let other = try await bob.get(path, headers: ["range": "bytes=0-1", "if-range": "\"other\""])
            #expect(other.status == 200)
            #expect(other.body.count == 100)
        }
    }

    @Test("I7: through nginx too, only members get a file, and nobody by its path on disk")
    func nginxAsks() async throws {
        try await withServer({ $0.mediaAccel = .on }) { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let file = try await ada.upload([1, 2, 3])
            let id = file.id.text
            try await withNginx(inFrontOf: server.site, storage: server.storage) { front in
                let original = "attachments/\(id)/original"
                let owners = try await ada.at(front).get(original)
                #expect(owners.body == [1, 2, 3])
                #expect(try await eve.at(front).get(original).isProblem(404, "not_found"))
                let place = "/_originals/\(id.suffix(2))/\(id)"
                #expect(try await front.send(.GET, place).isProblem(404, "not_found"))
            }
        }
    }

    @Test("With acceleration on, the server leaves sending to nginx")
    func accelerated() async throws {
        try await withServer({ $0.mediaAccel = .on }) { server in
            let ada = try await server.register("ada")
            let id = try await ada.upload([1, 2, 3]).id.text
            let answer = try await ada.get("attachments/\(id)/original").expect(200)
            #expect(answer[header: "x-accel-redirect"] == "/_originals/\(id.suffix(2))/\(id)")
            #expect(answer.body == [])
        }
    }
}
