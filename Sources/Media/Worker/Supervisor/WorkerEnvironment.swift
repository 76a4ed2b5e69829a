import FoundationEssentials
import Pictures

/// The worker's environment: nothing of the server's but where libraries are, and what keeps libvips small and safe.
enum WorkerEnvironment {
    /// Handed on, because a worker that was built against libraries in unusual places needs them.
    private static let inherited = ["PATH", "LD_LIBRARY_PATH", "TMPDIR"]

    static func make(
        session: SessionLimits,
        hasHEIFModule: Bool,
        from environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> [String: String] {
        var result = constants.merging(session.environment) { $1 }
        for name in inherited { result[name] = environment[name] }
        if hasHEIFModule { result[WorkerVariable.heifModule.rawValue] = "on" }
        return result
    }

    private static let constants = [
        // One arena, and large buffers apart from it, so that memory can be given back. Lower thresholds would give it
        // back in the middle of a picture and fetch it again, page by page: a tenth of the time.
        "MALLOC_ARENA_MAX": "1",
        "MALLOC_MMAP_THRESHOLD_": "1048576",
        "MALLOC_TRIM_THRESHOLD_": "33554432",
        "G_SLICE": "always-malloc",
        // libjpeg-turbo's own cap on the coefficients of a progressive JPEG.
        "JPEGMEM": "100M",
        "VIPS_CONCURRENCY": "1",
        "VIPS_BLOCK_UNTRUSTED": "1",
        "VIPS_DISC_THRESHOLD": "64m",
        // No dynamic modules: their code is never mapped, and starting takes 1 ms instead of 14.
        "VIPSHOME": "/nonexistent",
    ]
}
