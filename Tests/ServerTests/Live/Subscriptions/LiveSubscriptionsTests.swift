import Synchronization
import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite
@testable import Server

@Suite("Connecting over any transport", .timeLimit(.standard))
struct LiveSubscriptionsTests {
    private let user = User.ID.random()
    private let metrics = LiveMetrics()

    /// Connects from a snapshot that has been read before.
    private func connect(
        _ handle: FakeHandle,
        checkSession: () async throws -> Void = {}
    ) async throws -> Welcome {
        try await withMemoryFolder { folder in
            let subscriptions = LiveSubscriptions(
                store: try Store(path: folder + "/snug.sqlite"),
                blockChanges: BlockChanges(),
                encoding: .sample,
                metrics: metrics
            )
            return try await subscriptions.connect(
                handle,
                for: user,
                after: nil,
                with: TestHub(position: 7).snapshot(user, in: []),
                checkSession: checkSession
            )
        }
    }

    @Test("A snapshot that has been read already is used")
    func knownSnapshot() async throws {
        let handle = FakeHandle([.connected])
        #expect(try await connect(handle).cursor.position == 7)
        #expect(handle.positions == [7])
        #expect(handle.closeReasons.isEmpty)
        #expect(metrics.opening[.sse].reading.count == 1)
        #expect(metrics.opening[.webSocket].reading.count == 0)
    }

    @Test("A stale snapshot is read again; by then the account may be gone")
    func stale() async throws {
        let handle = FakeHandle([.stale])
        let error = try await #require(throws: Refusal.self) { try await connect(handle) }
        guard case .unauthenticated = error else { throw error }
        #expect(handle.positions == [7])
    }

    @Test("A full server and a client that has gone are distinguished", arguments: [ConnectResult.tooMany, .gone])
    func refused(result: ConnectResult) async throws {
        let handle = FakeHandle([result])
        let error = try await #require(throws: ConnectRefusal.self) { try await connect(handle) }
        #expect(error == (result == .tooMany ? .tooMany : .gone))
        #expect(handle.closeReasons.isEmpty)
    }

    @Test("I7: a connection whose session has ended meanwhile is closed")
    func endedSession() async throws {
        let handle = FakeHandle([.connected])
        await #expect(throws: Refusal.self) {
            try await connect(handle) { throw Refusal.unauthenticated("The session has ended.") }
        }
        #expect(handle.closeReasons == [.unauthenticated])
    }

    @Test("A connection whose session cannot be checked is closed")
    func uncheckedSession() async throws {
        let handle = FakeHandle([.connected])
        await #expect(throws: Refusal.self) {
            try await connect(handle) { throw Refusal.overloaded(retryAfterSeconds: 1) }
        }
        #expect(handle.closeReasons == [.failed])
    }
}

/// A connection with prepared results, which records how it is used.
private final class FakeHandle: ConnectionHandle {
    let transport = LiveTransport.sse
    private let state: Mutex<(results: [ConnectResult], positions: [Int64], closeReasons: [CloseReason])>

    /// - Parameter results: What the attempts to connect return, in this order.
    init(_ results: [ConnectResult]) {
        state = Mutex((results, [], []))
    }

    /// Positions of the snapshots to connect from.
    var positions: [Int64] { state.withLock { $0.positions } }
    var closeReasons: [CloseReason] { state.withLock { $0.closeReasons } }

    func connect(from snapshot: ConnectionSnapshot) async -> ConnectResult {
        state.withLock { state in
            state.positions.append(snapshot.position)
            return state.results.removeFirst()
        }
    }

    func close(_ reason: CloseReason) {
        state.withLock { $0.closeReasons.append(reason) }
    }
}
