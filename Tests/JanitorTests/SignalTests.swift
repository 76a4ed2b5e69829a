import Foundation
import TestSupport
import Testing

@testable import Janitor

@Suite("Asking a sweep to stop", .serialized, .timeLimit(.standard))
struct SignalTests {
    @Test("A signal cancels the work, which ends in good order first", arguments: [SIGTERM, SIGINT])
    func signal(number: Int32) async throws {
        let (ends, end) = AsyncStream.makeStream(of: Bool.self)
        await #expect(throws: StoppedBySignal.self) {
            try await StopSignals.cancelling {
                kill(getpid(), number)
                // Ends by being cancelled alone.
                for await _ in AsyncStream<Void>(unfolding: { try? await Task.sleep(for: .seconds(3600)) }) { break }
                end.yield(Task.isCancelled)
            }
        }
        #expect(await ends.first { _ in true } == true)
    }

    @Test("Work that nobody asks to stop gives its value")
    func value() async throws {
        #expect(try await StopSignals.cancelling { 7 } == 7)
    }
}
