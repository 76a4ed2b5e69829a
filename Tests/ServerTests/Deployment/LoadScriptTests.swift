import Fixtures
import Foundation
import NIOHTTP1
import SnugClient
import TestSupport
import Testing

/// k6 is not among the packages of the tests, so the requests of its script are read and made here.
@Suite("The load script for k6", .timeLimit(.standard))
struct LoadScriptTests {
    /// A line of the script's table, such as `post: { method: 'POST', path: '/rooms/{id}/messages', body: ['body'] … }`.
    private struct Call {
        let name: String
        let method: String
        let path: String
        /// Of the fields: `body`, `query` or `form`; nil where there are none.
        let place: String?
        let fields: [String]
        let answer: Int
    }

    private static func script() throws -> String {
        try String(contentsOf: Executables.checkout.appending(path: "deploy/load/chat.js"), encoding: .utf8)
    }

    private static func calls() throws -> [Call] {
        let script = try script()
        let table = script.split(separator: "const calls = {\n")[1].split(separator: "\n};")[0]
        let call =
            /\s+(\w+): \{ method: '([A-Z]+)', path: '([^']+)',(?: (body|query|form): \[([^\]]*)\],)? answer: (\d+) \},/
        return try table.split(separator: "\n").map { line in
            let parts = try #require(try call.wholeMatch(in: line)).output
            let fields = (parts.5 ?? "").split(separator: ", ").map { $0.trimmingCharacters(in: ["'"]) }
            return Call(
                name: String(parts.1),
                method: String(parts.2),
                path: String(parts.3),
                place: parts.4.map(String.init),
                fields: fields,
                answer: try #require(Int(parts.6))
            )
        }
    }

    @Test("Every request of the script is one of the table, and every one of the table is made")
    func usedCalls() throws {
        let script = try Self.script()
        let used = Set(script.matches(of: /\bcall\('(\w+)'/).map { String($0.output.1) })
        let declared = Set(try Self.calls().map(\.name))
        #expect(used == declared)
        #expect(script.matches(of: /http\.(request|get|post|put|patch|del)\(/).count == 1)
    }

    @Test("docs/api.md has method, path and status of every request in its table, and describes the members")
    func documented() throws {
        let manual = try String(contentsOf: Executables.checkout.appending(path: "docs/api.md"), encoding: .utf8)
        let endpoints = manual.split(separator: "## 2. All endpoints")[1].split(separator: "\n## ")[0]
        for call in try Self.calls() {
            let row = endpoints.split(separator: "\n").first { row in
                let cell = row.split(separator: "|").first ?? ""
                return cell.split(separator: "·").contains { way in
                    way.prefix { $0 != "?" }.replacing("`", with: "").trimmingCharacters(in: .whitespaces)
                        == "\(call.method) \(call.path)"
                }
            }
            let found = try #require(row, "\(call.method) \(call.path)")
            #expect(found.split(separator: "|")[2].contains("\(call.answer)"))
            for field in call.fields {
                #expect(manual.contains("`\(field)`") || manual.contains("\"\(field)\":"), "\(call.name): \(field)")
            }
        }
    }

    @Test("The server answers every request of the script, in the script's order, with the status that it expects")
    func answered() async throws {
        let picture = try Fixture.bytes("textured.jpg")
        try await withServer { server in
            var values: [String: JSON] = [
                "username": "load-1-0", "password": "correct horse battery", "kind": "public", "name": "Load 1 0",
                "body": "Message 1", "client_message_id": .string(UUID().uuidString),
            ]
            var (token, room) = ("", "")
            for call in try Self.calls() {
                if call.name == "join" { token = try await server.site.register("second").token }
                let answer = try await send(call, values, picture, token: token, room: room, to: server.site)
                #expect(answer.status == call.answer, "\(call.name): \(answer.text)")
                switch call.name {
                case "signUp": token = answer.json.token.text
                case "makeRoom": room = answer.json.id.text
                case "upload": values["attachment_ids"] = [answer.json.id]
                case "post": values["seq"] = answer.json.seq
                default: break
                }
            }
        }
    }

    private func send(
        _ call: Call,
        _ values: [String: JSON],
        _ picture: [UInt8],
        token: String,
        room: String,
        to site: Site
    ) async throws -> Answer {
        var path = "/api/v1" + call.path.replacing("{id}", with: room)
        var headers: HTTPHeaders = token.isEmpty ? [:] : ["authorization": "Bearer \(token)"]
        var body = Site.Body.none
        switch call.place {
        case "query":
            path += "?" + call.fields.map { "\($0)=50" }.joined(separator: "&")
        case "form":
            headers.add(name: "content-type", value: "multipart/form-data; boundary=k6")
            body = .bytes(Self.form(try #require(call.fields.first), picture))
        case "body":
            let members = try call.fields.map { ($0, try #require(values[$0], "\(call.name): \($0)")) }
            body = .json(.object(Dictionary(uniqueKeysWithValues: members)))
        default:
            break
        }
        return try await site.send(HTTPMethod(rawValue: call.method), path, headers: headers, body: body)
    }

    private static func form(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        Array(
            "--k6\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"picture.jpg\"\r\n\r\n".utf8
        ) + bytes + Array("\r\n--k6--\r\n".utf8)
    }
}
