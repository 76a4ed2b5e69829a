import Pictures
import TestSupport
import Testing

@Suite(.timeLimit(.standard)) struct SessionLimitsTests {
    @Test("A worker reads the environment of its server")
    func roundTrip() {
        var limits = SessionLimits()
        limits.idleMilliseconds = 1
        limits.jobCount = 2
        limits.residentByteCount = 3
        #expect(SessionLimits(from: limits.environment) == limits)
    }

    @Test("Missing and invalid values are the defaults")
    func defaults() {
        #expect(SessionLimits(from: [:]) == SessionLimits())
        #expect(SessionLimits(from: ["SNUG_WORKER_JOBS": "many"]) == SessionLimits())
        #expect(SessionLimits(from: ["SNUG_WORKER_IDLE_MS": "9999999999"]).idleMilliseconds == .max)
    }
}
