import SnugClient
import TestSupport

/// A client with a socket that can go away and come back, and its replica.
struct Device: Sendable {
    let person: Person
    private var replica: Replica
    private var socket: LiveClient?
    /// Where it has heard everything up to.
    private(set) var cursor: String
    /// The types of what it has heard.
    private(set) var heard: Set<String> = []
    /// How often it could not be told what it missed.
    private(set) var freshStarts = 0

    /// Listens first and fetches then, so that nothing falls between.
    init(of person: Person) async throws {
        let (socket, welcome) = try await person.comeBack(to: nil)
        self.person = person
        self.socket = socket
        cursor = welcome.cursor.text
        replica = Replica(of: person, as: try await .fetch(person))
    }

    var isAway: Bool { socket == nil }

    mutating func goAway() async throws {
        try await socket?.close()
        socket = nil
    }

    mutating func comeBack() async throws {
        let (socket, welcome) = try await person.comeBack(to: cursor)
        self.socket = socket
        guard welcome.resumed != true else { return }
        freshStarts += 1
        cursor = welcome.cursor.text
        replica = Replica(of: person, as: try await .fetch(person))
    }

    /// Applies what it hears until its replica is what somebody sees who fetches anew.
    ///
    /// - Throws: `Unequal` when nothing more comes and they still differ.
    mutating func settle() async throws {
        var truth = try await Snapshot.fetch(person)
        while replica.snapshot != truth {
            do {
                try await hear()
                try await hearAllSoFar()
            } catch is TookTooLong {
                throw Unequal(replica.snapshot, truth, person)
            }
            truth = try await Snapshot.fetch(person)
        }
    }

    private mutating func hearAllSoFar() async throws {
        try await socket?.say(["type": "ping"])
        try await hear(until: "pong")
    }

    /// Applies events up to and with the first of this type.
    mutating func hear(until type: String) async throws {
        while try await hear() != type {}
    }

    /// Applies the next event or signal.
    @discardableResult
    private mutating func hear() async throws -> String {
        guard let socket else { preconditionFailure("who is away hears nothing") }
        let frame = try await within(waitingFor: "an event") {
            JSON.orMissing(try await socket.nextText())
        }
        try await replica.apply(frame)
        heard.insert(frame.type.text)
        if frame.cursor != .missing { cursor = frame.cursor.text }
        return frame.type.text
    }

    /// A client that has applied everything has not what it would fetch.
    struct Unequal: Error, CustomStringConvertible {
        let description: String

        init(_ own: Snapshot, _ truth: Snapshot, _ person: Person) {
            description = "\(person.name) has heard otherwise than is fetched: \(own.differences(from: truth))"
        }
    }
}
