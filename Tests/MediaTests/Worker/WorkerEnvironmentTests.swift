import Pictures
import Testing

@testable import Media

@Suite struct WorkerEnvironmentTests {
    @Test("The worker gets nothing of the server's environment but where libraries are (I7)")
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
