import SnugClient
import TestSupport
import Testing

/// Reads the events of rooms over random transports, disconnects at random moments and resumes from its cursor.
///
/// It keeps what a client keeps: the newest number of each room, and the messages. After it resumed, each event must be
/// the next one of its room; when its cursor was refused, it fetches the history.
struct EventReader {
    let person: Person
    let location: ServerLocation
    var random: SeededRandom
    private var cursor: String?
    private var seqs: [String: Int]
    /// The number of each message, by room and client message id.
    private(set) var messages: [String: [String: Int]] = [:]
    /// How often it resumed from its cursor.
    private(set) var resumes = 0
    /// The number of each room up to which its history has been fetched, because its cursor was refused.
    private var fetched: [String: Int] = [:]

    /// - Parameters:
    ///   - cursor: The position to start from.
    ///   - seqs: The newest number of each room at that position.
    init(_ person: Person, _ location: ServerLocation, cursor: String, seqs: [String: Int], random: SeededRandom) {
        self.person = person
        self.location = location
        self.cursor = cursor
        self.seqs = seqs
        self.random = random
    }

    /// Reads until every room has reached its last number.
    mutating func read(until ends: @escaping @Sendable () async -> [String: Int]?) async throws {
        while true {
            if let ends = await ends(), ends.allSatisfy({ seqs[$0.key, default: 0] >= $0.value }) { return }
            let person = person.at(try await location.current())
            do {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: try await readSocket(as: person)
                case 1: try await readStream(as: person)
                default: try await poll(as: person)
                }
            } catch let lost where lost.isLostConnection {
                continue
            }
        }
    }

    /// The number of events after which it disconnects.
    private mutating func eventLimit() -> Int {
        Bool.random(using: &random) ? .random(in: 0...20, using: &random) : .random(in: 20...1500, using: &random)
    }

    private mutating func readSocket(as person: Person) async throws {
        let socket = try await LiveClient(to: person.site, token: person.token)
        try await socket.say(["type": "hello", "cursor": cursor.map(JSON.string) ?? nil])
        var left = eventLimit()
        // The end of the test is no event, so the wait for the next one is limited.
        while left > 0, let text = try await nextText({ try await socket.nextText() }) {
            try await receive(text, as: person)
            left -= 1
        }
        try await socket.close()
    }

    private mutating func readStream(as person: Person) async throws {
        let stream = try await person.stream(after: cursor)
        guard stream.head.status == .ok else { throw UnexpectedRefusal(answer: "\(stream.head)") }
        var left = eventLimit()
        while left > 0, let text = try await nextText({ try await stream.next { !$0.isComment }.text }) {
            try await receive(text, as: person)
            left -= 1
        }
        stream.close()
    }

    private mutating func poll(as person: Person) async throws {
        for _ in 0..<Int.random(in: 1...10, using: &random) {
            let answer = try await person.poll(after: cursor, wait: 1)
            if answer.resumed == true { resumes += 1 } else { try await startFresh(answer.cursor.text, as: person) }
            for event in answer.events.elements { try await receive(try event.bytes, as: person) }
            cursor = answer.cursor.text
            if answer.events.elements.isEmpty { return }
        }
    }

    /// The next text; nil if none comes within half a second.
    private func nextText(_ next: @escaping @Sendable () async throws -> [UInt8]) async throws -> [UInt8]? {
        do {
            return try await within(.milliseconds(500), waitingFor: "an event", next)
        } catch is TookTooLong {
            return nil
        }
    }

    private mutating func receive(_ text: [UInt8], as person: Person) async throws {
        guard text.member("type") != "welcome" else {
            guard let cursor = text.member("cursor") else { throw DeliveryError(what: "a welcome without a cursor") }
            if text.contains("\"resumed\":true") { resumes += 1 } else { try await startFresh(cursor, as: person) }
            return
        }
        guard let position = EventPosition(text) else { return }
        cursor = position.cursor
        guard position.seq > fetched[position.room, default: 0] else { return }
        let expected = seqs[position.room, default: 0] + 1
        guard position.seq == expected else {
            throw DeliveryError(what: "number \(position.seq) instead of \(expected) at \(position.cursor)")
        }
        seqs[position.room] = position.seq
        if let message = position.message { try record(message, position.seq, in: position.room) }
    }

    private mutating func record(_ message: String, _ seq: Int, in room: String) throws {
        guard messages[room, default: [:]].updateValue(seq, forKey: message) == nil else {
            throw DeliveryError(what: "message \(message) twice")
        }
    }

    /// Fetches everything after the newest known message of each room, as a client does whose cursor was refused.
    private mutating func startFresh(_ cursor: String, as person: Person) async throws {
        for room in seqs.keys {
            var hasMore = true
            while hasMore {
                let after = seqs[room, default: 0]
                let page = try await person.get("rooms/\(room)/messages?after=\(after)&limit=100").expect(200).json
                for message in page.messages.elements {
                    try record(message.client_message_id.text, message.seq.number, in: room)
                    seqs[room] = message.seq.number
                }
                hasMore = page.has_more_after == true
            }
            fetched[room] = seqs[room]
        }
        self.cursor = cursor
    }
}

/// A client received an event that it should not have.
struct DeliveryError: Error, CustomStringConvertible {
    let what: String

    var description: String { "a client received \(what)" }
}

extension [UInt8] {
    fileprivate func contains(_ text: String) -> Bool {
        firstRange(of: Array(text.utf8)) != nil
    }
}
