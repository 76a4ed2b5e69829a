import Fixtures
import Foundation
import SnugClient
import TestSupport

/// What a recorded server acknowledged, and how much had been recorded by then.
struct RecordedRun: Sendable {
    /// A state of a message, by its text; empty once it is deleted.
    struct MessageState: Sendable {
        let body: String
        let recordedBytes: Int
    }

    struct Upload: Sendable {
        let id: String
        let sha256: String
        let recordedBytes: Int
    }

    let storage: String
    let person: Person
    let room: JSON
    /// When the room was acknowledged.
    let roomBytes: Int
    /// The states of every message, in the order in which they were acknowledged.
    var messages: [String: [MessageState]] = [:]
    var uploads: [Upload] = []

    private static let messageCount = 8
    private static let senders = 3
    private static let pictures = ["textured.jpg", "plain.png"]

    /// Runs a server three times: killed, stopped, and killed again.
    static func make(storage: String, recorder: DiskRecorder) async throws -> RecordedRun {
        let environment = recorder.environment
        var (run, _) = try await withServerProcess(storage: storage, environment: environment) { server in
            let ada = try await server.site.register("ada")
            let room = try await ada.makeRoom()
            var run = RecordedRun(storage: storage, person: ada, room: room, roomBytes: try recorder.length)
            try await run.load(server, recorder)
            try server.kill()
            return run
        }
        for kills in [false, true] {
            let known = run
            (run, _) = try await withServerProcess(storage: storage, environment: environment) { server in
                var run = known
                try await run.load(server, recorder)
                if kills { try server.kill() }
                return run
            }
        }
        return run
    }

    /// Posts, edits and deletes messages, with and without pictures, from several connections at once.
    private mutating func load(_ server: ServerProcess, _ recorder: DiskRecorder) async throws {
        let (ada, room) = (person.at(server.site), room)
        let parts = try await withThrowingTaskGroup(of: RecordedPart.self) { group in
            for sender in 0..<Self.senders {
                group.addTask {
                    var part = RecordedPart(ada, room, recorder)
                    for number in 0..<Self.messageCount { try await part.say("\(sender).\(number)") }
                    return part
                }
            }
            group.addTask {
                var part = RecordedPart(ada, room, recorder)
                for name in Self.pictures { try await part.post(Fixture.bytes(name)) }
                return part
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for part in parts {
            messages.merge(part.messages) { $1 }
            uploads += part.uploads
        }
    }
}

/// What one of several connections was answered.
private struct RecordedPart: Sendable {
    let person: Person
    let room: JSON
    let recorder: DiskRecorder
    var messages: [String: [RecordedRun.MessageState]] = [:]
    var uploads: [RecordedRun.Upload] = []

    init(_ person: Person, _ room: JSON, _ recorder: DiskRecorder) {
        self.person = person
        self.room = room
        self.recorder = recorder
    }

    /// Posts a message, edits every third and deletes every fourth.
    mutating func say(_ body: String) async throws {
        let message = try await person.say(body, in: room)
        try note(body, of: message)
        if messages.count.isMultiple(of: 3) {
            _ = try await person.patch(person.path(of: message), ["body": .string("\(body)!")]).expect(200)
            try note("\(body)!", of: message)
        }
        if messages.count.isMultiple(of: 4) {
            _ = try await person.delete(person.path(of: message)).expect(204)
            try note("", of: message)
        }
    }

    /// Uploads a picture and posts it once it has variants.
    mutating func post(_ bytes: [UInt8]) async throws {
        let picture = try await person.upload(bytes)
        let upload = RecordedRun.Upload(
            id: picture.id.text,
            sha256: picture.sha256.text,
            recordedBytes: try recorder.length
        )
        uploads.append(upload)
        _ = try await person.settled(picture)
        try note("a picture", of: try await person.say("a picture", in: room, with: [picture]))
    }

    private mutating func note(_ body: String, of message: JSON) throws {
        messages[message.id.text, default: []].append(.init(body: body, recordedBytes: try recorder.length))
    }
}
