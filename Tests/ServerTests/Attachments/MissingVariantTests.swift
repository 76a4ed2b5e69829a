import Fixtures
import Foundation
import Media
import Pictures
import TestSupport
import Testing
import Vocabulary

@testable import Server

@Suite("Missing variants", .timeLimit(.standard))
struct MissingVariantTests {
    @Test("I8: requests for missing variants start no work, and the answers are not cacheable")
    func noWork() async throws {
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
}
