import Foundation
import GRDB
import NIOHTTP1
import SnugClient
import TestSupport

extension Person {
    /// Posts with an idempotency key. Equal JSON has equal bytes each time.
    func post(_ path: String, _ body: JSON = [:], key: String) async throws -> Answer {
        try await send(.POST, path, headers: ["idempotency-key": key], body: .bytes(body.sortedBytes))
    }

    func upload(
        _ bytes: [UInt8],
        named name: String = "file.bin",
        key: String
    ) async throws -> Answer {
        let headers: HTTPHeaders = [
            "idempotency-key": key, "content-disposition": "attachment; filename=\"\(name)\"",
        ]
        return try await send(.POST, "attachments", headers: headers, body: .bytes(bytes))
    }
}

extension Site {
    /// Posts to a path below `/api/v1/` without being signed in.
    func post(_ path: String, _ body: JSON, key: String) async throws -> Answer {
        let bytes = try body.sortedBytes
        return try await send(.POST, "/api/v1/" + path, headers: ["idempotency-key": key], body: .bytes(bytes))
    }
}

extension JSON {
    var sortedBytes: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return Array(try encoder.encode(self))
        }
    }
}

extension Answer {
    /// Whether it is the replayed answer to an earlier request.
    var isReplayed: Bool { self[header: "idempotency-replayed"] == "true" }
}

/// Sends twenty concurrent requests.
func twenty(_ ask: @escaping @Sendable () async throws -> Answer) async throws -> [Answer] {
    try await withThrowingTaskGroup(of: Answer.self) { group in
        for _ in 0..<20 { group.addTask { try await ask() } }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}

/// The number of rows of each table.
func rowCounts(in storage: String) throws -> [String: Int] {
    let tables = ["users", "sessions", "rooms", "members", "messages", "attachments", "events", "idempotency_keys"]
    let database = try DatabaseQueue(path: storage + "/snug.sqlite")
    return try database.read { db in
        try tables.reduce(into: [:]) { $0[$1] = try Int.fetchOne(db, sql: "SELECT count(*) FROM \($1)") }
    }
}
