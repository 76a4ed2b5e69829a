import Foundation
import SnugClient
import TestSupport
import Testing

/// Sends messages until each is acknowledged, however often the server is killed meanwhile.
struct MessageWriter {
    let person: Person
    let rooms: [String]
    let location: ServerLocation
    let log: AckLog
    var random: SeededRandom

    /// The number of messages that a socket may have sent without an acknowledgement.
    private static let window = 16

    mutating func write(_ count: Int) async throws {
        var drafts: [JSON] = (0..<count).map { number in
            [
                "type": "send", "ref": .string(UUID.seeded(&random)),
                "room_id": .string(rooms.randomElement(using: &random)!),
                "body": .string("message \(number)"),
            ]
        }
        while !drafts.isEmpty {
            let person = person.at(try await location.current())
            do {
                if Bool.random(using: &random) {
                    try await writeToSocket(&drafts, atMost: .random(in: 50...400, using: &random), as: person)
                } else {
                    try await writeByRequest(&drafts, atMost: .random(in: 5...40, using: &random), as: person)
                }
            } catch let lost where lost.isLostConnection {
                // Whether the last ones have arrived is unknown, so they are sent again with the same ids.
                continue
            }
        }
    }

    private func writeByRequest(_ drafts: inout [JSON], atMost count: Int, as person: Person) async throws {
        for _ in 0..<count {
            guard let draft = drafts.last else { return }
            let body: JSON = ["body": draft.body, "client_message_id": draft.ref]
            let answer = try await person.post("rooms/\(draft.room_id.text)/messages", body)
            guard answer.status == 201 else { throw UnexpectedRefusal(answer: answer.text) }
            try await acknowledged(answer.body, draft)
            drafts.removeLast()
        }
    }

    private func writeToSocket(_ drafts: inout [JSON], atMost count: Int, as person: Person) async throws {
        let socket = try await LiveClient(to: person.site, token: person.token)
        try await socket.say(["type": "hello"])
        var sent = 0
        var waiting: [String: JSON] = [:]
        defer { drafts += waiting.values }
        while true {
            while waiting.count < Self.window, sent < count, let draft = drafts.popLast() {
                waiting[draft.ref.text] = draft
                sent += 1
                try await socket.say(draft.with("client_message_id", draft.ref))
            }
            guard !waiting.isEmpty else { break }
            let text = try await socket.nextText()
            #expect(text.member("type") != "error", "\(String(decoding: text, as: UTF8.self))")
            guard text.member("type") == "ack", let ref = text.member("ref") else { continue }
            guard let draft = waiting.removeValue(forKey: ref) else { continue }
            try await acknowledged(text, draft)
        }
        try await socket.close()
    }

    private func acknowledged(_ text: [UInt8], _ draft: JSON) async throws {
        guard let seq = text.number("seq") else {
            throw UnexpectedRefusal(answer: String(decoding: text, as: UTF8.self))
        }
        let isConsistent = await log.acknowledge(draft.ref.text, .init(room: draft.room_id.text, seq: seq))
        #expect(isConsistent, "one message has been acknowledged with two numbers")
    }
}

/// The server refused a request that it should accept.
struct UnexpectedRefusal: Error {
    let answer: String
}

extension Error {
    /// Whether the connection was lost, rather than used for a wrong answer.
    var isLostConnection: Bool {
        !(self is UnexpectedRefusal || self is TookTooLong || self is CancellationError || self is DeliveryError)
    }
}

extension JSON {
    fileprivate func with(_ name: String, _ value: JSON) -> JSON {
        guard case .object(var members) = self else { return self }
        members[name] = value
        return .object(members)
    }
}

extension UUID {
    /// A random UUID of version 4 that the same seed repeats.
    static func seeded(_ random: inout SeededRandom) -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes.withUnsafeBytes { UUID(uuid: $0.load(as: uuid_t.self)) }.uuidString.lowercased()
    }
}
