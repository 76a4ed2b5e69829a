import NIOHTTP1
import TestSupport
import Testing

@Suite("Names of uploads", .patient)
struct FilenameTests {
    @Test(
        "Whatever a client calls its file, what is kept is fit to be shown",
        arguments: [
            ("attachment; filename*=UTF-8''na%C3%AFve%20%F0%9F%91%8B%F0%9F%8F%BD.txt", "naïve 👋🏽.txt"),
            ("attachment; filename=\"plain.txt\"; filename*=UTF-8''better.txt", "better.txt"),
            ("attachment; filename*=UTF-8''..%2F..%2Fx", "x"), ("attachment; filename=\"../../etc/passwd\"", "passwd"),
            ("attachment; filename*=UTF-8''C%3A%5Cwindows%5Cx.exe", "x.exe"),
            ("attachment; filename*=UTF-8''%E2%80%AEgpj.exe", "gpj.exe"),
            ("attachment; filename*=UTF-8''a%00b%0D%0Ac.txt", "abc.txt"), ("attachment; filename*=UTF-8''..", "file"),
            ("attachment; filename*=UTF-8''%FF%FE.txt", "file"), ("attachment", "file"), ("", "file"),
            ("attachment; filename=\"a\\\"b.txt\"", "a\"b.txt"),
        ]
    )
    func names(disposition: String, kept: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let headers: HTTPHeaders = disposition.isEmpty ? [:] : ["content-disposition": disposition]
            let answer = try await ada.send(.POST, "attachments", headers: headers, body: .text("content")).expect(201)
            #expect(answer.json.filename == .string(kept))
        }
    }

    @Test("I8: a name of 4 KB is cut to 255 bytes, between two characters")
    func longName() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let name = String(repeating: "%F0%9F%90%88", count: 340)
            let headers: HTTPHeaders = ["content-disposition": "attachment; filename*=UTF-8''\(name)"]
            let answer = try await ada.send(.POST, "attachments", headers: headers, body: .text("content")).expect(201)
            #expect(answer.json.filename.text == String(repeating: "🐈", count: 63))
        }
    }

    @Test("A name goes into a download's header so that it cannot add one")
    func download() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let headers: HTTPHeaders = [
                "content-disposition": "attachment; filename*=UTF-8''%22%3B%20x%3Dy%20%C3%A4.html"
            ]
            let file = try await ada.send(.POST, "attachments", headers: headers, body: .text("content")).expect(201)
            let download = try await ada.get("attachments/\(file.json.id.text)/original")
            let disposition = download[header: "content-disposition"]
            #expect(disposition == "attachment; filename*=UTF-8''%22%3B%20x%3Dy%20%C3%A4.html")
        }
    }
}
