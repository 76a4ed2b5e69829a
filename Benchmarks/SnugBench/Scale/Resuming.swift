import NIOCore
import SnugClient

/// How often per second members of 100 rooms can reconnect with a cursor: with nothing missed, and with 50 messages missed.
struct Resuming: Sendable {
    private static let seconds = 8
    /// A replay includes receipts that moved in the last seconds before the cursor, because they are sent later than
    /// events. After this pause those of the preparation are not among them.
    private static let pause = Duration.seconds(6)

    let fixture: ScaleFixture

    func run() async throws -> [Figure] {
        try await fixture.serving { _ in
            fixture.progress.report("resume: \(OverlappingRooms.roomCount) rooms are made")
            let people = Array(fixture.dataset.rooms[0].members.prefix(OverlappingRooms.peopleCount))
            let rooms = try await OverlappingRooms.make(of: people, fixture)
            try await rooms.post(toEvery: 1)
            try await Task.sleep(for: Self.pause)
            // An event after the pause, for the cursors to point to.
            try await rooms.post(toEvery: OverlappingRooms.roomCount)
            let returning = try await cursors(of: people.prefix(ClosedLoopLoad.clients))
            let nothing = try await measure("nothing missed", returning, missed: 0)
            try await rooms.post(toEvery: 2)
            let missed = OverlappingRooms.roomsPerPerson / 2
            return [nothing, try await measure("\(missed) messages missed", returning, missed: missed)]
        }
    }

    private struct Returning: Sendable {
        let person: Person
        let cursor: String
    }

    private func cursors(of people: some Sequence<Person>) async throws -> [Returning] {
        var returning: [Returning] = []
        for person in people {
            let (socket, welcome) = try await person.resume(from: nil)
            try await socket.close()
            returning.append(Returning(person: person, cursor: welcome.cursor.text))
        }
        return returning
    }

    private func measure(_ what: String, _ returning: [Returning], missed: Int) async throws -> Figure {
        fixture.progress.report(
            "resume: \(ClosedLoopLoad.clients) clients reconnect with \(what) for \(Self.seconds) s"
        )
        let load = ClosedLoopLoad(site: fixture.product.site, loop: fixture.loop, cgroup: fixture.cgroup)
        let outcome = try await load.run(seconds: Self.seconds) { number, log in
            let (person, cursor) = (returning[number].person, returning[number].cursor)
            await ResumingClient(person: person, cursor: cursor, missed: missed, loop: fixture.loop).run(log)
        }
        fixture.remark(outcome, of: "resume, \(what)")
        return Figure(
            "resume, \(ClosedLoopLoad.clients) clients, \(OverlappingRooms.roomsPerPerson) rooms, \(what): resumes/s",
            outcome.perSecond,
            "",
            details: outcome.details + [Detail("receipts each", Double(try await receipts(for: returning[0])))]
        )
    }

    /// Receipts that a resume brings in addition to the messages.
    private func receipts(for returning: Returning) async throws -> Int {
        let answer = try await returning.person.poll(after: returning.cursor)
        return answer.events.elements.count { $0.type == "receipt" }
    }
}
