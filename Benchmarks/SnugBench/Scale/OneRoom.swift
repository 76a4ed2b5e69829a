/// How many messages the 100 members of one room can exchange.
struct OneRoom: Sendable {
    let fixture: ScaleFixture

    func run() async throws -> [Figure] {
        try await fixture.serving { _ in
            let ledger = RoomLedger()
            let connections = Connections(ledger: ledger, fixture: fixture)
            let room = try await connections.connect(fixture.dataset.rooms[0])
            let figures = try await StepSearch(
                name: "1 room × \(Dataset.membersPerRoom)",
                rooms: [room],
                rates: [400, 800, 1600, 3200, 4800, 6400, 9600, 12_800],
                wanted: 500_000,
                ledger: ledger,
                fixture: fixture
            ).run()
            await connections.close(room.sockets)
            return figures
        }
    }
}
