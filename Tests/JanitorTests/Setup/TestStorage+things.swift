import Foundation
import Pictures
import Vocabulary

@testable import Chat

extension TestStorage {
    /// A row of an upload whose bytes never all came.
    func unfinished(age: Duration) async throws -> Attachment.ID {
        try await made(age) {
            let id = Attachment.ID.random()
            try await store.attachments.begin(id, by: owner)
            return id
        }
    }

    /// A picture that no message holds, with its original and a thumbnail.
    func unattached(age: Duration) async throws -> Attachment.ID {
        try await made(age) {
            let id = Attachment.ID.random()
            try await store.attachments.begin(id, by: owner)
            try write(BlobID(id.uuid), age: age)
            _ = try await store.attachments.complete(id, filename: "picture.jpg", facts: .picture, by: owner)
            return id
        }
    }

    /// A message with a picture.
    func attached(age: Duration) async throws -> (message: Message.ID, file: Attachment.ID) {
        let file = try await unattached(age: age)
        let message = try await made(age) {
            try await store.messages.post(Draft(body: "", attachmentIDs: [file]), in: room, by: owner).message.id
        }
        return (message, file)
    }

    /// A message with a picture that has a thumbnail.
    func ready(age: Duration = .zero) async throws -> Attachment.ID {
        let (_, file) = try await attached(age: age)
        _ = try await store.renderings.finish(file, variants: [.thumbnail])
        return file
    }

    /// A session that expired some time ago, or expires in the future if the time is negative.
    func session(expired age: Duration) async throws -> Session.ID {
        let id = Session.ID.random()
        try await store.change(about: []) { [owner] change in
            let end = Timestamp.now - age
            try change.execute(
                """
                INSERT INTO sessions (id, user_id, token_hash, created_at, last_used_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    id, owner, Data((0..<32).map { _ in UInt8.random(in: 0...255) }), end - .days(30), end - .days(30),
                    end,
                ]
            )
        }
        return id
    }

    /// A picture whose message was deleted just now.
    func deleted() async throws -> Attachment.ID {
        let (message, file) = try await attached(age: .zero)
        try await store.messages.delete(message, in: room, by: owner)
        return file
    }

    /// A deleted room with messages.
    func deletedRoom(messages: Int) async throws {
        let room = try await store.rooms.create(kind: .private, name: "Gone", topic: nil, owner: owner).room.id
        for number in 0..<messages {
            _ = try await store.messages.post(Draft(body: "\(number)"), in: room, by: owner)
        }
        try await store.rooms.delete(room, by: owner)
    }

    /// An idempotency key that somebody used.
    func key(_ text: String, age: Duration) async throws {
        let request = IdempotentRequest(IdempotencyKey(of: owner, route: "messages", text: text), parts: [])
        _ = try await made(age) {
            try await store.messages.post(Draft(body: text), in: room, by: owner, request: request)
        }
    }

    /// An original of which the database knows nothing.
    @discardableResult
    func stray(age: Duration) throws -> BlobID {
        let id = BlobID.random()
        try write(path(of: .original(id)), age: age)
        return id
    }

    /// An original and a thumbnail, 10 bytes each.
    func write(_ id: BlobID, age: Duration) throws {
        try write(path(of: .original(id)), age: age)
        try write(path(of: .variant(VariantFile(blob: id, size: .thumbnail, format: .jpg))), age: age)
    }

    /// A file of 10 bytes that was last written some time ago.
    func write(_ path: String, age: Duration) throws {
        try Data("0123456789".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -(age / .seconds(1)))],
            ofItemAtPath: path
        )
    }

    private func made<Value>(_ age: Duration, _ make: () async throws -> Value) async throws -> Value {
        clock.age = age
        defer { clock.age = .zero }
        return try await make()
    }
}

extension Variant {
    static let thumbnail = Variant(
        size: .thumbnail,
        fileSize: .thumbnail,
        width: 4,
        height: 3,
        format: .jpg,
        byteCount: 10
    )
}

extension AttachmentFacts {
    static let picture = AttachmentFacts(
        kind: .image,
        mediaType: "image/jpeg",
        byteCount: 10,
        sha256: Data(repeating: 7, count: 32),
        width: 4,
        height: 3
    )
}
