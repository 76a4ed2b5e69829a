import Glibc
import Pictures
import TestSupport
import Testing

@testable import Media

@Suite(.timeLimit(.standard)) struct ProcessMeterTests {
    @Test("Memory and processor time are those of the whole process, whatever it calls itself")
    func line() {
        // A name that holds a bracket and figures of its own; 300 + 25 ticks, 512 pages.
        let text = "4711 (x) R 1 2 3) S 1 2 3 4 5 6 7 8 9 10 300 25 13 14 15 16 17 18 19 20 512 22 23\n"
        #expect(
            ProcessUsage(statistics: Array(text.utf8), ticksPerSecond: 100, pageSize: 4_096)
                == ProcessUsage(residentByteCount: 2 << 20, processorTime: .milliseconds(3_250))
        )
    }

    @Test("A malformed line gives no measurement", arguments: ["", "4711", "4711 (x) S 1 2 3", "(x) S a b c"])
    func noLine(text: String) {
        #expect(ProcessUsage(statistics: Array(text.utf8), ticksPerSecond: 100, pageSize: 4_096) == nil)
    }

    @Test("This process is measured: it has memory, and its processor time increases")
    func thisProcess() throws {
        let meter = try #require(ProcessMeter(of: getpid()))
        let first = try #require(meter.usage)
        #expect(first.residentByteCount > 1 << 20)
        while try #require(meter.usage).processorTime <= first.processorTime {}
    }

    @Test("A process that does not exist cannot be measured")
    func noProcess() {
        #expect(ProcessMeter(of: -1) == nil)
    }
}

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
