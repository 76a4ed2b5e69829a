import Foundation
import GRDB
import Testing

@testable import Chat

extension TestChat {
    func person(_ name: String) async throws -> User.ID {
        try await store.people.create(username: name, displayName: name, passwordHash: "hash").id
    }

    func people(_ count: Int) async throws -> [User.ID] {
        var people: [User.ID] = []
        for number in 0..<count { people.append(try await person("person\(number)")) }
        return people
    }

    func room(_ kind: Room.Kind = .private, of owner: User.ID, with members: [User.ID] = []) async throws -> Room.ID {
        let room = try await store.rooms.create(kind: kind, name: "Room", topic: nil, owner: owner).room.id
        for member in members {
            try await add(member, to: room, by: owner)
        }
        return room
    }

    /// Makes somebody a member, who accepts where they are only invited.
    @discardableResult
    func add(
        _ user: User.ID,
        to room: Room.ID,
        role: Member.Role = .member,
        by actor: User.ID
    ) async throws -> MemberView {
        let added = try await store.rooms.addMember(user, to: room, role: role, by: actor)
        if let member = added.member { return member }
        _ = try await store.rooms.accept(room, by: user)
        let members = try await store.rooms.members(of: room, for: user)
        return try #require(members.first { $0.user.id == user })
    }

    /// The direct room of two people after a message of the first, which the second has answered.
    func directRoom(of first: User.ID, and second: User.ID) async throws -> Room.ID {
        let room = try await store.rooms.directRoom(of: first, and: second).room.id
        try await say("hello", in: room, by: first)
        try await say("hello yourself", in: room, by: second)
        return room
    }

    @discardableResult
    func say(
        _ body: String,
        _ attachments: [Attachment.ID] = [],
        in room: Room.ID,
        by user: User.ID
    ) async throws -> Message {
        try await store.messages.post(Draft(body: body, attachmentIDs: attachments), in: room, by: user).message
    }

    /// An upload whose bytes have arrived; a picture waits for its variants.
    func upload(_ kind: Attachment.Kind = .file, by owner: User.ID) async throws -> Attachment.ID {
        try await upload(.sample(kind), by: owner)
    }

    func upload(_ facts: AttachmentFacts, by owner: User.ID) async throws -> Attachment.ID {
        let id = Attachment.ID.random()
        try await store.attachments.begin(id, by: owner)
        _ = try await store.attachments.complete(id, filename: "file", facts: facts, by: owner)
        return id
    }

    /// A picture with its variants.
    func picture(by owner: User.ID) async throws -> Attachment.ID {
        let id = try await upload(.image, by: owner)
        _ = try await store.renderings.finish(id, variants: [.sample])
        return id
    }

    /// The consequences of one operation, without its events.
    func consequences(_ operation: () async throws -> Void) async throws -> Consequences {
        let before = follower.followed.count
        try await operation()
        let followed = follower.followed.dropFirst(before)
        #expect(followed.count <= 1)
        return followed.first ?? Consequences()
    }

    /// A number that the database counts, such as rows of a table.
    func number(_ sql: String, _ arguments: StatementArguments = []) async throws -> Int {
        try await store.pool.read { try Int.fetchOne($0, sql: sql, arguments: arguments) ?? 0 }
    }

    func numbers(_ sql: String, _ arguments: StatementArguments = []) async throws -> [Int64] {
        try await store.pool.read { try Int64.fetchAll($0, sql: sql, arguments: arguments) }
    }
}

extension RenderProblem {
    static func sample(_ cause: Cause) -> RenderProblem {
        RenderProblem(cause, code: "\(cause)", detail: "Sample.")
    }
}

extension AttachmentFacts {
    /// Facts of bytes that nobody has sent before.
    static func sample(_ kind: Attachment.Kind) -> AttachmentFacts {
        AttachmentFacts(
            kind: kind,
            mediaType: kind == .image ? "image/jpeg" : "text/plain",
            byteCount: 1000,
            sha256: Data((0..<32).map { _ in UInt8.random(in: .min ... .max) }),
            width: kind == .image ? 4000 : nil,
            height: kind == .image ? 3000 : nil
        )
    }
}

extension Variant {
    static let sample = Variant(
        size: .thumbnail,
        fileSize: .thumbnail,
        width: 150,
        height: 113,
        format: .jpg,
        byteCount: 5000
    )
}
