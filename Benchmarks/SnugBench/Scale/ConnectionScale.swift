import NIOCore

/// 5,000 sockets: what each costs while idle, and how many messages they can exchange in 50 rooms.
struct ConnectionScale: Sendable {
    /// The server sends the receipts of a room of 100 every ten seconds, and those of all these rooms at once. Each step is
    /// long enough to include that; otherwise chance would decide which steps do.
    private static let stepSeconds = 10

    let fixture: ScaleFixture

    func run() async throws -> [Figure] {
        try await fixture.serving { server in
            let ledger = RoomLedger()
            let connections = Connections(ledger: ledger, fixture: fixture)
            let (rooms, idle) = try await connect(connections, server)
            let loaded = try await StepSearch(
                name: "\(Dataset.roomCount) rooms × \(Dataset.membersPerRoom)",
                rooms: rooms,
                rates: [200, 400, 600, 800, 1000, 1200, 1600],
                seconds: Self.stepSeconds,
                wanted: 100_000,
                ledger: ledger,
                fixture: fixture
            ).run()
            for room in rooms { await connections.close(room.sockets) }
            return idle + loaded
        }
    }

    private func connect(
        _ connections: Connections,
        _ server: ServerProcess
    ) async throws -> ([ConnectedRoom], [Figure]) {
        fixture.progress.report("\(Dataset.userCount) sockets open")
        // What a server allocates once, for its first connections, is not counted with the others.
        await connections.close(try await connections.connect(fixture.dataset.rooms[0]).sockets)
        let before = try await Footprint.settled(server, fixture.cgroup)
        var rooms: [ConnectedRoom] = []
        for room in fixture.dataset.rooms { rooms.append(try await connections.connect(room)) }
        let after = try await Footprint.settled(server, fixture.cgroup)
        return (rooms, figures(before, after))
    }

    private func figures(_ before: Footprint, _ after: Footprint) -> [Figure] {
        let count = Double(Dataset.userCount)
        let name = "\(Dataset.userCount) idle sockets"
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

/// Memory of the server at a moment, in bytes.
struct Footprint: Sendable {
    let process: ProcessMemory
    /// What the control group is charged, with the kernel's part; nil without a control group.
    let charge: Int?

    /// Measures after a few seconds in which nothing happens.
    static func settled(_ server: ServerProcess, _ cgroup: (any Cgroup)?) async throws -> Footprint {
        try await Task.sleep(for: .seconds(3))
        return Footprint(
            process: try ProcessMemory(processID: server.processID),
            charge: try cgroup?.memory()
        )
    }
}
