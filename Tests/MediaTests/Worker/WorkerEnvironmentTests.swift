import Pictures
import TestSupport
import Testing

@testable import Media

@Suite(.timeLimit(.standard)) struct WorkerEnvironmentTests {
    @Test("The worker inherits only the library paths from the environment of the server (I7)")
    func environment() {
        let made = WorkerEnvironment.make(
            session: SessionLimits(),
            hasHEIFModule: false,
            from: ["PATH": "/bin", "SNUG_TOKEN": "secret"]
        )
        #expect(made["PATH"] == "/bin")
        #expect(made["SNUG_TOKEN"] == nil)
        #expect(made["VIPSHOME"] == "/nonexistent")
    }
}
