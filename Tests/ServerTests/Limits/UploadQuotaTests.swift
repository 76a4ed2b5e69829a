import NIOHTTP1
import SnugClient
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Upload quotas", .timeLimit(.standard))
struct UploadQuotaTests {
    private let bytes = [UInt8](repeating: 0x61, count: 600)

    /// Each limit is 1,000 bytes.
    enum Quota: CaseIterable {
        case day, stored

        func choose(_ settings: inout Settings) {
            switch self {
            case .day: settings.limits.uploadedBytesPerDay = 1000
            case .stored: settings.limits.storedBytesPerPerson = 1000
            }
        }

        func isProblem(_ answer: Answer) -> Bool {
            guard answer.json.limit == 1000 else { return false }
            switch self {
            case .day:
                let wait = answer[header: "retry-after"].flatMap(Int.init) ?? 0
                return answer.isProblem(429, "rate_limited") && (86_400...87_000).contains(wait)
            case .stored:
                return answer.isProblem(507, "storage_full") && answer.json.detail.text.contains("to free space")
            }
        }
    }

    @Test("I8: a Content-Length beyond the quota is rejected before the body is read", arguments: Quota.allCases)
    func beforeTheBody(quota: Quota) async throws {
        try await withServer({ quota.choose(&$0) }) { server in
            let ada = try await server.register("ada")
            _ = try await ada.upload(bytes)
            let connection = try await RawConnection(to: server.site)
            let head = "POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(ada.token)\r\n"
            try await connection.send(head + "Content-Length: 401\r\n\r\n")
            #expect(try await connection.readHead().hasPrefix(quota == .day ? "HTTP/1.1 429 " : "HTTP/1.1 507 "))
            #expect(try await connection.read(until: "}").contains("\"limit\":1000"))
            connection.close()
            #expect(try server.attachmentRows() == 1)
        }
    }

    @Test(
        "I8: no kind of body exceeds the quota, and a rejected one leaves nothing",
        arguments: Quota.allCases,
        [0, 1, 2]
    )
    func everyBody(quota: Quota, form: Int) async throws {
        try await withServer({ quota.choose(&$0) }) { server in
            let ada = try await server.register("ada")
            _ = try await ada.upload(bytes)
            let answer =
                switch form {
                case 0: try await ada.send(.POST, "attachments", body: .bytes(bytes))
                case 1: try await ada.send(.POST, "attachments", body: .chunked(bytes.chunks(of: 100)))
                default: try await ada.upload(Form(file: bytes))
                }
            #expect(quota.isProblem(answer))
            #expect(try server.attachmentRows() == 1)
            #expect(try server.storedFiles().count == 1)
            _ = try await ada.upload(Array(bytes[..<400]))
        }
    }

    @Test("A deletion frees the storage quota, but not the upload quota", arguments: Quota.allCases)
    func afterDeleting(quota: Quota) async throws {
        try await withServer({ quota.choose(&$0) }) { server in
            let ada = try await server.register("ada")
            let first = try await ada.upload(bytes)
            #expect(try await ada.delete("attachments/\(first.id.text)").status == 204)
            let answer = try await ada.send(.POST, "attachments", body: .bytes(bytes))
            switch quota {
            case .day: #expect(quota.isProblem(answer))
            case .stored: #expect(answer.status == 201)
            }
        }
    }

    @Test("I8: of concurrent uploads, as many as fit are accepted", arguments: Quota.allCases)
    func atOnce(quota: Quota) async throws {
        try await withServer({ quota.choose(&$0) }) { server in
            let ada = try await server.register("ada")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await ada.send(.POST, "attachments", body: .bytes(bytes)).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 1)
            #expect(try server.attachmentRows() == 1)
        }
    }

    @Test("I7: the quota of one person does not affect others", arguments: Quota.allCases)
    func others(quota: Quota) async throws {
        try await withServer({ quota.choose(&$0) }) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            _ = try await ada.upload(bytes)
            _ = try await bob.upload(bytes)
        }
    }
}
