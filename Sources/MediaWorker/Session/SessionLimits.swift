import FoundationEssentials
import Media

/// When the worker leaves by itself.
struct SessionLimits: Equatable {
    /// Milliseconds without a job.
    var idleMilliseconds: Int32
    var jobCount: Int
    /// Resident memory after a job, in bytes.
    var residentByteCount: Int

    /// Whether the supervisor wants HEIC and AVIF decoded.
    static var needsHEIFModule: Bool {
        ProcessInfo.processInfo.environment[WorkerEnvironment.heifModule] == "on"
    }

    /// As the supervisor passes them, with its defaults for those that are missing.
    static func fromEnvironment(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> SessionLimits {
        let defaults = WorkerLimits()
        func number(_ name: String, _ fallback: Int) -> Int { environment[name].flatMap { Int($0) } ?? fallback }
        return SessionLimits(
            idleMilliseconds: Int32(
                clamping: number(WorkerEnvironment.idleMilliseconds, defaults.idleMilliseconds)
            ),
            jobCount: number(WorkerEnvironment.jobCount, defaults.jobCount),
            residentByteCount: number(WorkerEnvironment.residentByteCount, defaults.residentByteCount)
        )
    }
}
