/// How much a room of 100 can say.
struct OneRoom: Sendable {
    let theatre: Theatre

    func run() async throws -> [Figure] {
        try await theatre.serving { _ in
            let ledger = RoomLedger()
            let seats = Seats(ledger: ledger, theatre: theatre)
            let hall = try await seats.fill(theatre.town.halls[0])
            let figures = try await Staircase(
                name: "1 room × \(Town.members)",
                halls: [hall],
                rates: [400, 800, 1600, 3200, 4800, 6400, 9600, 12_800],
                wanted: 500_000,
                ledger: ledger,
                theatre: theatre
            ).climb()
            await seats.close(hall.sockets)
            return figures
        }
    }
}
