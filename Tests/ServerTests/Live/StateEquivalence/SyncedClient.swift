import SnugClient
import TestSupport

/// A client with a socket that can disconnect and resume, and its model of the rooms.
struct SyncedClient: Sendable {
    let person: Person
    private var model: ClientModel
    private var socket: LiveClient?
    /// The position up to which it has received everything.
    private(set) var cursor: String
    /// The types of the events that it has received.
    private(set) var receivedTypes: Set<String> = []
    /// How often the server refused to resume from its cursor.
    private(set) var freshStarts = 0

    /// Connects before it fetches, so that no event falls between the two.
    init(of person: Person) async throws {
        let (socket, welcome) = try await person.resume(from: nil)
        self.person = person
        self.socket = socket
        cursor = welcome.cursor.text
        model = ClientModel(of: person, from: try await .fetch(person))
    }

    var isDisconnected: Bool { socket == nil }

    mutating func disconnect() async throws {
        try await socket?.close()
        socket = nil
    }

    mutating func reconnect() async throws {
        let (socket, welcome) = try await person.resume(from: cursor)
        self.socket = socket
        guard welcome.resumed != true else { return }
        freshStarts += 1
        cursor = welcome.cursor.text
        model = ClientModel(of: person, from: try await .fetch(person))
    }

    /// Applies events until its model equals what the server returns.
    ///
    /// - Throws: ``StateMismatch`` when no more events come and they still differ.
    mutating func catchUp() async throws {
        var fetched = try await Snapshot.fetch(person)
        while model.snapshot != fetched {
            do {
                try await receive()
                try await receivePending()
            } catch is TookTooLong {
                throw StateMismatch(model.snapshot, fetched, person)
            }
            fetched = try await Snapshot.fetch(person)
        }
    }

    private mutating func receivePending() async throws {
        try await socket?.say(["type": "ping"])
        try await receive(until: "pong")
    }

    /// Applies events up to and including the first of this type.
    mutating func receive(until type: String) async throws {
        while try await receive() != type {}
    }

    /// Applies the next event, logged or transient.
    @discardableResult
    private mutating func receive() async throws -> String {
        guard let socket else { preconditionFailure("a disconnected client receives nothing") }
        let frame = try await within(waitingFor: "an event") {
            JSON.orMissing(try await socket.nextText())
        }
        try await model.apply(frame)
        receivedTypes.insert(frame.type.text)
        if frame.cursor != .missing { cursor = frame.cursor.text }
        return frame.type.text
    }

    /// A client that has applied every event differs from what the server returns.
    struct StateMismatch: Error, CustomStringConvertible {
        let description: String

        init(_ own: Snapshot, _ fetched: Snapshot, _ person: Person) {
            description = "the model of \(person.name) differs from the server: \(own.differences(from: fetched))"
        }
    }
}
