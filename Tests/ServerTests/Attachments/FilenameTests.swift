import Foundation
import NIOHTTP1
import SnugClient
import Subprocess
import TestSupport
import Testing

@testable import Server

@Suite("Filenames of uploads", .timeLimit(.standard))
struct FilenameTests {
    @Test(
        "A stored filename is safe to display, whatever the client sends",
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

    @Test("A part of a form may give its filename in ISO 8859-1, in a browser's escapes, or as mail programs do")
    func formNames() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let names: [([UInt8], String)] = [
                (Array("caf".utf8) + [0xE9] + Array(".txt".utf8), "café.txt"),
                (Array("a%22b%0D%0Ac.txt".utf8), "a\"bc.txt"), (Array("=?UTF-8?B?w6QudHh0?=".utf8), "ä.txt"),
            ]
            for (name, expected) in names {
                let answer = try await ada.upload(Form(file: Array("content".utf8), filename: name)).expect(201)
                #expect(answer.json.filename == .string(expected))
            }
        }
    }

    @Test("I8: a filename of 4 KB is truncated to 255 bytes, between two characters")
    func longName() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let name = String(repeating: "%F0%9F%90%88", count: 340)
            let headers: HTTPHeaders = ["content-disposition": "attachment; filename*=UTF-8''\(name)"]
            let answer = try await ada.send(.POST, "attachments", headers: headers, body: .text("content")).expect(201)
            #expect(answer.json.filename.text == String(repeating: "🐈", count: 63))
        }
    }

    @Test(
        "The header of a download has the filename in full and in ASCII, and neither can add a field",
        arguments: [
            ("%22%3B%20x%3Dy%20%C3%A4.html", "_; x=y a.html"), ("plain%20name.txt", "plain name.txt"),
            ("100%25.txt", "100_.txt"), ("%D1%84%D0%BE%D1%82%D0%BE.jpg", "file.jpg"),
            ("%F0%9F%91%8B%F0%9F%91%8B%20hi.png", "_ hi.png"), (".bashrc", "file.bashrc"), (".a.b", "_a.b"),
            ("%D1%84", "file"),
        ]
    )
    func download(encoded: String, ascii: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let headers: HTTPHeaders = ["content-disposition": "attachment; filename*=UTF-8''\(encoded)"]
            let file = try await ada.send(.POST, "attachments", headers: headers, body: .text("content")).expect(201)
            let download = try await ada.get("attachments/\(file.json.id.text)/original")
            let disposition = download[header: "content-disposition"]
            #expect(disposition == "attachment; filename=\"\(ascii)\"; filename*=UTF-8''\(encoded)")
        }
    }

    @Test("curl -OJ saves a download under its filename, from the server and through nginx", arguments: [false, true])
    func curl(throughNginx: Bool) async throws {
        try await withServer({ $0.mediaAccel = throughNginx ? .on : .off }) { server in
            let ada = try await server.register("ada")
            let headers: HTTPHeaders = ["content-disposition": "attachment; filename*=UTF-8''na%C3%AFve%20plan.txt"]
            let file = try await ada.send(.POST, "attachments", headers: headers, body: .text("content")).expect(201)
            let path = "/api/v1/attachments/\(file.json.id.text)/original"
            if throughNginx {
                try await withNginx(inFrontOf: server.site, storage: server.storage) { front in
                    try await expectSaved(path, from: front, by: ada)
                }
            } else {
                try await expectSaved(path, from: server.site, by: ada)
            }
        }
    }

    private func expectSaved(_ path: String, from site: Site, by person: Person) async throws {
        try await withMemoryFolder { folder in
            let address = "http://\(site.host):\(site.port)\(path)"
            let token = "Authorization: Bearer \(person.token)"
            let result = try await run(
                .name("curl"),
                arguments: ["-sSOJ", "--output-dir", folder, "-H", token, address],
                output: .discarded,
                error: .string(limit: 4096)
            )
            #expect(result.terminationStatus == .exited(0), "\(result.standardError)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["naive plan.txt"])
            #expect(try String(contentsOfFile: folder + "/naive plan.txt", encoding: .utf8) == "content")
        }
    }
}
