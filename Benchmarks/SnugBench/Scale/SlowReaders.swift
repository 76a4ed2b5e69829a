import Foundation
import NIOCore

/// How 50 sockets that read nothing affect 50 that read, and the server.
struct SlowReaders: Sendable {
    private static let rate = 200.0
    private static let seconds = 20
    private static let half = Dataset.membersPerRoom / 2
    /// About 1 KB.
    private static let text = String(repeating: SocketMessages.sentence + " ", count: 11)
    /// In units of 100 ms: a server sends a close frame before it closes a socket.
    private static let patience = 80

    let fixture: ScaleFixture

    func run() async throws -> [Figure] {
        try await fixture.serving { server in
            let sampler = MemorySampler(cgroup: fixture.cgroup)
            sampler.follow(server)
            return try await sampler.sampling { try await watch(server, sampler) }
        }
    }

    private func watch(_ server: ServerProcess, _ sampler: MemorySampler) async throws -> [Figure] {
        let (ledger, room) = (RoomLedger(), fixture.dataset.rooms[0])
        let readers = Connections(ledger: ledger, fixture: fixture)
        let connected = ConnectedRoom(id: room.id, sockets: try await readers.open(room.members.prefix(Self.half)))
        sampler.enter(.idle)
        let alone = try await load(connected, ledger, "\(Self.half) who read")
        let files = openFiles(server)
        let others = Connections(ledger: RoomLedger(), fixture: fixture)
        let sockets = try await others.open(room.members.suffix(Self.half))
        for socket in sockets { try await socket.stopReading() }
        sampler.enter(.loaded)
        let beside = try await load(connected, ledger, "\(Self.half) more who do not")
        let closed = try await closedSockets(server, files + Self.half)
        await readers.close(connected.sockets)
        await others.close(sockets)
        return figures(alone, beside, sampler, closed: closed)
    }

    private func load(_ room: ConnectedRoom, _ ledger: RoomLedger, _ what: String) async throws -> Step.Outcome {
        fixture.progress.report("slow readers: \(what), \(Self.rate.short) messages/s for \(Self.seconds) s")
        let messages = SocketMessages.Plan(rooms: [room], rate: Self.rate, seconds: Self.seconds, text: Self.text)
        return try await Step(messages: messages, ledger: ledger, fixture: fixture).run()
    }

    /// How many of the sockets that do not read the server has closed. They do not notice that themselves.
    private func closedSockets(_ server: ServerProcess, _ files: Int) async throws -> Int {
        for _ in 0..<Self.patience where files - openFiles(server) < Self.half {
            try await Task.sleep(for: .milliseconds(100))
        }
        return files - openFiles(server)
    }

    private func openFiles(_ server: ServerProcess) -> Int {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(server.processID)/fd")
        return names?.count ?? 0
    }

    private func figures(
        _ alone: Step.Outcome,
        _ beside: Step.Outcome,
        _ sampler: MemorySampler,
        closed: Int
    ) -> [Figure] {
        let name = "\(Self.half) readers"
        let peaks = (sampler.peak(of: .idle), sampler.peak(of: .loaded))
        let added = peaks.1.flatMap { loaded in peaks.0.map { Double(loaded - $0) / 1e6 } }
        let faults = alone.deliveries.faults + beside.deliveries.faults
        return [
            Figure("\(name): delivery p99", alone.deliveries.latencies.rank(99), "ms", details: alone.details),
            Figure(
                "\(name) beside \(Self.half) who do not read: delivery p99",
                beside.deliveries.latencies.rank(99),
                "ms",
                details: beside.details
            ),
            Figure("readers' deliveries lost, twice or out of order", Double(faults), "", must: .exactly(0)),
            Figure("memory peak beside sockets that do not read", peaks.1?.megabytes, "MB", must: .below(512)),
            Figure("memory that sockets that do not read add", added, "MB"),
            Figure(
                "sockets that do not read, closed by the server",
                Double(closed),
                "",
                aim: .exactly(Double(Self.half))
            ),
        ]
    }
}
