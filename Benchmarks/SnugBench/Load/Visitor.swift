import Foundation
import NIOCore
import SnugClient
import Synchronization

/// One of the people who chat: opens the room every few seconds, reads, posts a message and says that it was read.
struct Visitor: Sendable {
    /// Between two visits of a room.
    static let pause = TimeAmount.seconds(5)
    /// Messages of all people until one has a picture.
    private static let picturePeriod = 100

    private let number: Int
    private let person: Person
    private let room: Room
    private let session: Session
    private let calls: CallLog
    private let deliveries: CallLog

    /// - Parameters:
    ///   - number: Of the person; people with different numbers post pictures at different times.
    ///   - calls: Receives the time of every request.
    ///   - deliveries: Receives the times from posting a message to its arrival at the own socket.
    init(_ number: Int, _ person: Person, in room: Room, _ session: Session, calls: CallLog, deliveries: CallLog) {
        (self.number, self.person, self.room, self.session) = (number, person, room, session)
        (self.calls, self.deliveries) = (calls, deliveries)
    }

    func run(from start: NIODeadline, until end: NIODeadline) async throws {
        let arrivals = Arrivals()
        let socket = try await LiveSocket.open(person, group: session.group) { ArrivalReceiver(arrivals: arrivals) }
        try await session.withConnection { connection in
            let person = person.at(connection)
            var (due, round) = (start, 1)
            while due < end {
                let early = (due - .now()).nanoseconds
                if early > 0 { try await Task.sleep(for: .nanoseconds(early), tolerance: .zero) }
                await visit(as: person, round, arrivals)
                (due, round) = (due + Self.pause, round + 1)
            }
        }
        // Messages on their way have two seconds to arrive.
        try await Task.sleep(for: .seconds(2))
        await socket.close()
        for latency in arrivals.latencies { deliveries.succeeded(milliseconds: latency) }
        for _ in 0..<arrivals.missing { deliveries.failed("it did not arrive within two seconds after the end") }
    }

    private func visit(as person: Person, _ round: Int, _ arrivals: Arrivals) async {
        let path = "rooms/\(room.id)"
        do {
            _ = try await timed(200) { try await person.get("rooms") }
            _ = try await timed(200) { try await person.get(path + "/messages?limit=50") }
            _ = try await timed(204) { try await person.post(path + "/typing") }
            var attachments: [JSON] = []
            if (number + round).isMultiple(of: Self.picturePeriod) { attachments.append(try await upload(as: person)) }
            let id = UUID().uuidString.lowercased()
            let message: JSON = [
                "body": .string("Message \(round)"), "attachment_ids": .array(attachments),
                "client_message_id": .string(id),
            ]
            let posted = try await arrivals.awaiting(id) {
                try await timed(201) { try await person.post(path + "/messages", message) }
            }
            _ = try await timed(204) { try await person.post(path + "/read", ["seq": posted.json.seq]) }
        } catch {
            // It is in the log; the next visit follows as always.
        }
    }

    /// The id of the attachment.
    private func upload(as person: Person) async throws -> JSON {
        let photograph = session.photographs[number % session.photographs.count]
        return try await timed(201) {
            try await person.postAttachment(
                photograph.bytes,
                named: photograph.name,
                headers: ["content-type": photograph.mediaType]
            )
        }.json.id
    }

    private func timed(_ status: Int, _ call: () async throws -> Answer) async throws -> Answer {
        let started = NIODeadline.now()
        do {
            let answer = try await call().expect(status)
            calls.succeeded(milliseconds: started.milliseconds(until: answer.finished))
            return answer
        } catch {
            calls.failed("\(error)")
            throw error
        }
    }
}

/// The messages that somebody posted, and when they arrived at their own socket.
final class Arrivals: Sendable {
    private struct State {
        var awaited: [String: NIODeadline] = [:]
        var latencies: [Double] = []
    }

    private let state = Mutex(State())

    /// Posts a message, which is awaited unless it is refused.
    func awaiting(_ id: String, _ post: () async throws -> Answer) async throws -> Answer {
        state.withLock { $0.awaited[id] = .now() }
        do {
            return try await post()
        } catch {
            state.withLock { $0.awaited[id] = nil }
            throw error
        }
    }

    func arrived(_ id: String, at time: NIODeadline) {
        state.withLock { state in
            guard let started = state.awaited.removeValue(forKey: id) else { return }
            state.latencies.append(started.milliseconds(until: time))
        }
    }

    var latencies: [Double] { state.withLock { $0.latencies } }
    var missing: Int { state.withLock { $0.awaited.count } }
}

/// Finds the own messages among the events of a socket.
private final class ArrivalReceiver: FrameReceiver {
    private let arrivals: Arrivals

    init(arrivals: Arrivals) {
        self.arrivals = arrivals
    }

    func received(_ event: UnsafeRawBufferPointer, at now: NIODeadline) {
        guard MessageMark.sequence(in: event) != nil else { return }
        arrivals.arrived(JSON.orMissing(Array(event)).message.client_message_id.text, at: now)
    }

    func closed(_ code: Int?) {}
}
