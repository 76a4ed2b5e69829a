import SnugClient
import TestSupport
import Testing

/// Hears rooms over whatever transport chance gives it, goes away at any moment and comes back with its cursor.
///
/// It keeps what a client keeps: the newest number of each room and the messages. On a stream that has been resumed
/// each event must be the next one of its room; after a fresh start it fetches the history.
struct Hearer {
    let person: Person
    let whereabouts: Whereabouts
    var random: SeededRandom
    private var cursor: String?
    private var seqs: [String: Int]
    /// By room and client id: the number.
    private(set) var messages: [String: [String: Int]] = [:]
    /// How often it came back, and how often it had to begin anew.
    private(set) var resumes = 0
    private(set) var restarts = 0
    /// Up to which number a room's events have been fetched already, since the last fresh start.
    private var fetched: [String: Int] = [:]

    /// - Parameters:
    ///   - cursor: Where it begins.
    ///   - seqs: The newest number of each room there.
    init(_ person: Person, _ whereabouts: Whereabouts, cursor: String, seqs: [String: Int], random: SeededRandom) {
        self.person = person
        self.whereabouts = whereabouts
        self.cursor = cursor
        self.seqs = seqs
        self.random = random
    }

    /// Listens until every room has reached its end.
    mutating func listen(until ends: @escaping @Sendable () async -> [String: Int]?) async throws {
        while true {
            if let ends = await ends(), ends.allSatisfy({ seqs[$0.key, default: 0] >= $0.value }) { return }
            let person = person.at(try await whereabouts.current())
            do {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: try await listenOverSocket(as: person)
                case 1: try await listenToStream(as: person)
                default: try await poll(as: person)
                }
            } catch let lost where lost.isLostConnection {
                continue
            }
        }
    }

    /// Events after which it goes away.
    private mutating func patience() -> Int {
        Bool.random(using: &random) ? .random(in: 0...20, using: &random) : .random(in: 20...1500, using: &random)
    }

    private mutating func listenOverSocket(as person: Person) async throws {
        let socket = try await LiveClient(to: person.site, token: person.token)
        try await socket.say(["type": "hello", "cursor": cursor.map(JSON.string) ?? nil])
        var left = patience()
        // The end of the test is no event, so nobody waits for ever where nothing more comes.
        while left > 0, let text = try await nextText({ try await socket.nextText() }) {
            try await heard(text, as: person)
            left -= 1
        }
        try await socket.close()
    }

    private mutating func listenToStream(as person: Person) async throws {
        let stream = try await person.stream(after: cursor)
        guard stream.head.status == .ok else { throw Refused(answer: "\(stream.head)") }
        var left = patience()
        while left > 0, let text = try await nextText({ try await stream.next { !$0.isComment }.text }) {
            try await heard(text, as: person)
            left -= 1
        }
        stream.close()
    }

    private mutating func poll(as person: Person) async throws {
        for _ in 0..<Int.random(in: 1...10, using: &random) {
            let answer = try await person.poll(after: cursor, wait: 1)
            if answer.resumed == true { resumes += 1 } else { try await beginAnew(answer.cursor.text, as: person) }
            for event in answer.events.elements { try await heard(try event.bytes, as: person) }
            cursor = answer.cursor.text
            if answer.events.elements.isEmpty { return }
        }
    }

    /// The next text; nil where none comes for a while.
    private func nextText(_ next: @escaping @Sendable () async throws -> [UInt8]) async throws -> [UInt8]? {
        do {
            return try await within(.milliseconds(500), waitingFor: "an event", next)
        } catch is TookTooLong {
            return nil
        }
    }

    private mutating func heard(_ text: [UInt8], as person: Person) async throws {
        guard text.member("type") != "welcome" else {
            guard let cursor = text.member("cursor") else { throw Misheard(what: "a welcome without a cursor") }
            if text.contains("\"resumed\":true") { resumes += 1 } else { try await beginAnew(cursor, as: person) }
            return
        }
        guard let place = Place(text) else { return }
        cursor = place.cursor
        guard place.seq > fetched[place.room, default: 0] else { return }
        let expected = seqs[place.room, default: 0] + 1
        guard place.seq == expected else {
            throw Misheard(what: "number \(place.seq) instead of \(expected) at \(place.cursor)")
        }
        seqs[place.room] = place.seq
        if let message = place.message { try note(message, place.seq, in: place.room) }
    }

    private mutating func note(_ message: String, _ seq: Int, in room: String) throws {
        guard messages[room, default: [:]].updateValue(seq, forKey: message) == nil else {
            throw Misheard(what: "message \(message) twice")
        }
    }

    /// What a client does that cannot be told what it missed: it fetches everything behind what it has.
    private mutating func beginAnew(_ cursor: String, as person: Person) async throws {
        restarts += 1
        for room in seqs.keys {
            var hasMore = true
            while hasMore {
                let after = seqs[room, default: 0]
                let page = try await person.get("rooms/\(room)/messages?after=\(after)&limit=100").expect(200).json
                for message in page.messages.elements {
                    try note(message.client_message_id.text, message.seq.number, in: room)
                    seqs[room] = message.seq.number
                }
                hasMore = page.has_more_after == true
            }
            fetched[room] = seqs[room]
        }
        self.cursor = cursor
    }
}

/// A client was told something wrong.
struct Misheard: Error, CustomStringConvertible {
    let what: String

    var description: String { "A client heard \(what)" }
}

extension [UInt8] {
    fileprivate func contains(_ text: String) -> Bool {
        firstRange(of: Array(text.utf8)) != nil
    }
}
