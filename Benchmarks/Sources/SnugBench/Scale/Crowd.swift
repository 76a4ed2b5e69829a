import NIOCore

/// 5,000 people with a socket each: what they cost while nothing happens, and how much they can say in 50 rooms.
struct Crowd: Sendable {
    /// The server tells the receipts of a room of 100 every ten seconds, and those of all these rooms at once. Each step
    /// has to bear that, or it is chance which one does.
    private static let stepSeconds = 10

    let theatre: Theatre

    func run() async throws -> [Figure] {
        try await theatre.serving { server in
            let ledger = RoomLedger()
            let seats = Seats(ledger: ledger, theatre: theatre)
            let (halls, idle) = try await gather(seats, server)
            let talk = try await Staircase(
                name: "\(Town.rooms) rooms × \(Town.members)",
                halls: halls,
                rates: [200, 400, 600, 800, 1000, 1200, 1600],
                seconds: Self.stepSeconds,
                wanted: 100_000,
                ledger: ledger,
                theatre: theatre
            ).climb()
            for hall in halls { await seats.close(hall.sockets) }
            return idle + talk
        }
    }

    private func gather(_ seats: Seats, _ server: ServerProcess) async throws -> ([Hall], [Figure]) {
        theatre.progress.say("\(Town.people) sockets open")
        // What a server takes once, for its first connections, is not counted with the others.
        await seats.close(try await seats.fill(theatre.town.halls[0]).sockets)
        let before = try await Footprint.settled(server, theatre.cgroup)
        var halls: [Hall] = []
        for room in theatre.town.halls { halls.append(try await seats.fill(room)) }
        let after = try await Footprint.settled(server, theatre.cgroup)
        return (halls, figures(before, after))
    }

    private func figures(_ before: Footprint, _ after: Footprint) -> [Figure] {
        let count = Double(Town.people)
        let name = "\(Town.people) idle sockets"
        return [
            Figure(
                "\(name): anonymous bytes each",
                Double(after.process.anonymous - before.process.anonymous) / count,
                "",
                aim: .below(6000)
            ),
            Figure(
                "\(name): resident bytes each",
                Double(after.process.resident - before.process.resident) / count,
                ""
            ),
            Figure(
                "\(name): bytes each that the control group is charged",
                after.charge.flatMap { after in before.charge.map { Double(after - $0) / count } },
                ""
            ),
            Figure("\(name): resident, server in all", after.process.resident.megabytes, "MB"),
        ]
    }
}

/// What the server holds at a moment, in bytes.
struct Footprint: Sendable {
    let process: ProcessMemory
    /// With the kernel's part; nil without a control group.
    let charge: Int?

    /// After a few seconds in which nothing happens.
    static func settled(_ server: ServerProcess, _ cgroup: (any Cgroup)?) async throws -> Footprint {
        try await Task.sleep(for: .seconds(3))
        return Footprint(
            process: try ProcessMemory(processID: server.processID),
            charge: try cgroup?.memory()
        )
    }
}
