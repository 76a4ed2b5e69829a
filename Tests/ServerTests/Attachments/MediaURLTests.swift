import Fixtures
import Foundation
import NIOHTTP1
import Pictures
import SnugClient
import TestSupport
import Testing
import Vocabulary

@testable import Media
@testable import Server

@Suite("Media URLs", .timeLimit(.standard))
struct MediaURLTests {
    /// A URL of an existing picture, and the expected status.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int
        let code: String?
        let url: @Sendable (Picture) -> String

        init(
            _ description: String,
            _ status: Int,
            _ code: String? = nil,
            _ url: @escaping @Sendable (Picture) -> String
        ) {
            testDescription = description
            self.status = status
            self.code = code
            self.url = url
        }
    }

    /// A rendered picture and a signer for its URLs.
    struct Picture: Sendable {
        let signer: MediaSigner
        let file: VariantFile
        /// As a client received it.
        let url: String

        func signed(_ file: VariantFile, daysAgo: Double = 0) -> String {
            signer.url(for: file, now: Date(timeIntervalSinceNow: -86_400 * daysAgo))
        }

        /// The URL with one of its segments replaced: signature, expiry or name.
        func replacing(_ segment: Int, _ text: String) -> String {
            var parts = url.split(separator: "/").map(String.init)
            parts[segment] = text
            return "/" + parts.joined(separator: "/")
        }
    }

    static let cases = [
        Case("as handed out", 200) { $0.url },
        Case("another variant, signed anew", 200) {
            $0.signed(VariantFile(blob: $0.file.blob, size: .medium, format: .jpg))
        },
        Case("its moving form", 200) { $0.signed(.animated($0.file.blob)) },
        Case("signed, but it does not move", 404, "not_found") { $0.signed(.animated(BlobID.random())) },
        Case("a moving form of another type", 404, "not_found") { $0.replacing(3, "\($0.file.blob).animated.jpg") },
        Case("a forged signature", 403, "forbidden") { $0.replacing(1, String(repeating: "A", count: 22)) },
        Case("another expiry than was signed", 403, "forbidden") { $0.replacing(2, "9999999999") },
        Case("another variant than was signed", 403, "forbidden") { $0.replacing(3, "\($0.file.blob).800.jpg") },
        Case("another picture than was signed", 403, "forbidden") { $0.replacing(3, "\(BlobID.random()).150.jpg") },
        Case("expired and forged", 403, "forbidden") { $0.replacing(2, "1000000000") },
        Case("expired", 410, "gone") { $0.signed($0.file, daysAgo: 15) },
        Case("signed, but there is no such picture", 404, "not_found") {
            $0.signed(VariantFile(blob: BlobID.random(), size: .thumbnail, format: .jpg))
        },
        Case("signed, but there is no such variant", 404, "not_found") {
            $0.signed(VariantFile(blob: $0.file.blob, size: .thumbnail, format: .webp))
        },
        Case("no signature at all", 404, "not_found") { "/media/\($0.file.name)" },
        Case("a short signature", 403, "forbidden") { $0.replacing(1, "AAAA") },
        Case("an expiry that is no time", 403, "forbidden") { $0.replacing(2, "tomorrow00") },
        Case("an expiry of too few digits", 403, "forbidden") { $0.replacing(2, "999999999") },
        Case("a size that there is not", 404, "not_found") { $0.replacing(3, "\($0.file.blob).151.jpg") },
        Case("a type that there is not", 404, "not_found") { $0.replacing(3, "\($0.file.blob).150.png") },
        Case("a name in upper case", 404, "not_found") {
            $0.replacing(3, "\("\($0.file.blob)".uppercased()).150.jpg")
        },
        Case("no name", 404, "not_found") { $0.replacing(3, "") },
        Case("a way out", 404, "not_found") { $0.replacing(3, "..%2f..%2fsecret") },
    ]

    @Test("I7: server and nginx accept and reject the same URLs", arguments: cases)
    func bothFronts(item: Case) async throws {
        try await withPicture { picture, fronts in
            let url = item.url(picture)
            var seen: [Answer] = []
            for front in fronts {
                let answer = try await front.send(.GET, url)
                #expect(answer.status == item.status)
                if let code = item.code { #expect(answer.isProblem(item.status, code)) }
                seen.append(answer)
            }
            for name in Self.sameHeaders {
                #expect(seen[0][header: name] == seen[1][header: name], "\(name)")
            }
            if item.status == 200 { #expect(seen[0].body == seen[1].body) }
        }
    }

    private static let sameHeaders = [
        "content-type", "cache-control", "x-content-type-options", "content-security-policy",
        "accept-ranges", "referrer-policy",
    ]

    @Test("I7: nginx never logs the URL of a picture, whatever it answers")
    func nothingLogged() async throws {
        try await withPicture { picture, fronts, logs in
            let front = fronts[1]
            var signatures: Set<String> = []
            var statuses: Set<Int> = []
            func send(
                _ method: HTTPMethod,
                _ url: String,
                _ headers: HTTPHeaders = [:],
                _ body: Site.Body = .none
            ) async throws {
                // Browsers send a Referer with the request for the icon of a page.
                var headers = headers
                headers.add(name: "referer", value: "http://\(front.host)\(picture.url)")
                let answer = try await front.send(method, url, headers: headers, body: body)
                statuses.insert(answer.status)
                signatures.formUnion(url.split(separator: "/").dropFirst().prefix(1).map(String.init))
            }
            for item in Self.cases { try await send(.GET, item.url(picture)) }
            try await send(.GET, picture.url, ["range": "bytes=99999999-"])
            try await send(.POST, picture.url)
            try await send(.POST, picture.url, [:], .bytes([UInt8](repeating: 0, count: 200_000)))
            try await send(.GET, picture.url.replacing("/media/", with: "/%6dedia/"))
            try await send(.GET, "/favicon.ico")
            let raw = try await RawConnection(to: front)
            try await raw.send("GET \(picture.url) HTTP/9.9\r\n\r\n")
            _ = try await raw.readToEnd()
            #expect(statuses.isSuperset(of: [200, 403, 404, 405, 410, 413, 416]))
            let logged = try logs.requests + logs.errors
            #expect(logged.contains("favicon.ico"))
            let own = try #require(picture.url.split(separator: "/").dropFirst().first)
            for signature in signatures.union([String(own)]) where signature.count >= 22 {
                #expect(!logged.contains(signature), "\(signature)")
            }
        }
    }

    @Test("I7: nginx logs no URL while its upstream is down")
    func nothingLoggedAlone() async throws {
        try await withMemoryFolder { storage in
            let secret = try MediaSecret.load(at: storage + "/secret")
            try secret.writeNginxInclude(at: storage + "/secret.nginx")
            // Nobody listens on the discard port.
            try await withNginxLogs(inFrontOf: Site(port: 9), storage: storage) { front, logs in
                let forged = String(repeating: "A", count: 22)
                let answer = try await front.send(.GET, "/media/\(forged)/9999999999/\(BlobID.random()).150.jpg")
                #expect(answer.isProblem(503, "overloaded"))
                #expect(try !(logs.requests + logs.errors).contains(forged))
            }
        }
    }

    @Test("After a change of the key, server and nginx accept URLs of the previous and the new key")
    func rotation() async throws {
        try await withMemoryFolder { storage in
            let old = try MediaSecret.load(at: storage + "/secret")
            try FileManager.default.moveItem(atPath: storage + "/secret", toPath: storage + "/secret.previous")
            let other = try #require(MediaSecret(digits: String(repeating: "ab", count: 32)))
            let (_, _) = try await withServerProcess(storage: storage) { server in
                let ada = try await server.site.register("ada")
                let uploaded = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
                let url = uploaded.variants.thumbnail.url.text
                let file = try #require(url.split(separator: "/").last.flatMap { VariantFile(name: $0) })
                let oldURL = MediaSigner(secret: old).url(for: file, now: Date())
                #expect(oldURL != url)
                // nginx has not been reloaded since, so it still has the previous key.
                let include = try String(contentsOfFile: storage + "/secret.nginx", encoding: .utf8)
                try old.writeNginxInclude(at: storage + "/secret.nginx")
                try await withNginx(inFrontOf: server.site, storage: storage) { front in
                    for url in [url, oldURL] { _ = try await front.send(.GET, url).expect(200) }
                }
                try include.write(toFile: storage + "/secret.nginx", atomically: true, encoding: .utf8)
                try await withNginx(inFrontOf: server.site, storage: storage) { front in
                    for url in [url, oldURL] {
                        let answers = [try await server.site.send(.GET, url), try await front.send(.GET, url)]
                        #expect(answers.map(\.status) == [200, 200])
                        #expect(answers[0].body == answers[1].body)
                    }
                    let forged = MediaSigner(secret: other).url(for: file, now: Date())
                    #expect(try await front.send(.GET, forged).isProblem(403, "forbidden"))
                }
            }
        }
    }

    @Test("A picture has its type, a cache lifetime of a week, and headers that prevent scripts")
    func headers() async throws {
        try await withPicture { picture, fronts in
            for front in fronts {
                let answer = try await front.send(.GET, picture.url).expect(200)
                #expect(answer[header: "content-type"] == "image/jpeg")
                #expect(answer[header: "cache-control"] == "private, max-age=604800, immutable")
                #expect(answer[header: "x-content-type-options"] == "nosniff")
                #expect(answer[header: "content-security-policy"] == "default-src 'none'; sandbox")
                #expect(answer[header: "content-length"] == "\(answer.body.count)")
            }
        }
    }

    @Test(
        "HEAD, ranges and methods behave the same at server and nginx",
        arguments: [
            (HTTPMethod.HEAD, nil, 200), (.GET, "bytes=0-9", 206), (.GET, "bytes=99999999-", 416), (.POST, nil, 405),
            (.DELETE, nil, 405),
        ] as [(HTTPMethod, String?, Int)]
    )
    func methods(method: HTTPMethod, range: String?, status: Int) async throws {
        try await withPicture { picture, fronts in
            for front in fronts {
                let answer = try await front.send(method, picture.url, headers: range.map { ["range": $0] } ?? [:])
                #expect(answer.status == status)
                if status == 206 { #expect(answer.body.count == 10) }
                if status == 405 {
                    #expect(answer.isProblem(405, "method_not_allowed"))
                    #expect(answer[header: "allow"] == "GET, HEAD")
                }
                if status == 416 {
                    #expect(answer.isProblem(416, "invalid"))
                    #expect(answer[header: "content-range"]?.hasPrefix("bytes */") == true)
                }
            }
        }
    }

    @Test("URLs start with the public URL if one is set")
    func publicURL() async throws {
        try await withServer({ $0.publicURL = "https://chat.example.org" }) { server in
            let ada = try await server.register("ada")
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("plain.png")))
            #expect(picture.variants.thumbnail.url.text.hasPrefix("https://chat.example.org/media/"))
            #expect(picture.original_url.text.hasPrefix("https://chat.example.org/api/v1/attachments/"))
        }
    }

    @Test("The URL of a picture is the same in successive answers")
    func stable() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("plain.png")))
            #expect(try await ada.get("attachments/\(picture.id.text)").json.variants == picture.variants)
        }
    }

    @Test("I8: requests for missing variants start no work, and the answers are not cacheable")
    func missingVariants() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let failed = try await ada.upload(try Fixture.bytes("signature-only.jpg"))
            #expect(failed.status == "failed")
            let signer = MediaSigner(secret: try MediaSecret.load(at: server.storage + "/secret"))
            let urls = [try #require(BlobID(failed.id.text)), BlobID.random()].flatMap(VariantFile.all)
                .map { signer.url(for: $0, now: .now) }
            try await withNginx(inFrontOf: server.site, storage: server.storage) { front in
                for site in [server.site, front] {
                    for url in urls {
                        let answer = try await site.send(.GET, url)
                        #expect(answer.isProblem(404, "not_found"))
                        #expect(answer[header: "cache-control"] == "no-store")
                    }
                }
            }
            let health = try await server.site.send(.GET, "/health").expect(200).json
            #expect(health.media_worker.starts == 0)
            #expect(health.media_worker.queue == 0)
            #expect(try await ada.get("attachments/\(failed.id.text)").json == failed)
        }
    }

    private func withPicture(_ check: (Picture, [Site]) async throws -> Void) async throws {
        try await withPicture { picture, fronts, _ in try await check(picture, fronts) }
    }

    private func withPicture(_ check: (Picture, [Site], NginxLogs) async throws -> Void) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let uploaded = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
            let url = uploaded.variants.thumbnail.url.text
            let name = try #require(url.split(separator: "/").last)
            let picture = Picture(
                signer: MediaSigner(secret: try MediaSecret.load(at: server.storage + "/secret")),
                file: try #require(VariantFile(name: name)),
                url: url
            )
            try Self.write(try Fixture.bytes("moving.webp"), as: .animated(picture.file.blob), in: server.storage)
            try await withNginxLogs(inFrontOf: server.site, storage: server.storage) { front, logs in
                try await check(picture, [server.site, front], logs)
            }
        }
    }

    private static func write(_ bytes: [UInt8], as file: VariantFile, in storage: String) throws {
        let media = try MediaFolder("\(storage)/\(MediaFolder.name)")
        try Data(bytes).write(to: URL(filePath: media.path(of: .variant(file))))
    }
}
