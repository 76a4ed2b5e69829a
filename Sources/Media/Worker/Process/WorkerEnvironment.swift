import FoundationEssentials
import Pictures

/// The environment of the worker: the library paths of the server, and settings that keep libvips small and safe.
enum WorkerEnvironment {
    /// Inherited, because a worker that was linked with libraries in unusual places needs them.
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
        // One arena, and large buffers outside of it, so that memory can be released. Lower thresholds would release it
        // within a picture and request it again, page by page, which takes a tenth of the time.
        "MALLOC_ARENA_MAX": "1",
        "MALLOC_MMAP_THRESHOLD_": "1048576",
        "MALLOC_TRIM_THRESHOLD_": "33554432",
        "G_SLICE": "always-malloc",
        // The limit of libjpeg-turbo on the coefficients of a progressive JPEG.
        "JPEGMEM": "100M",
        "VIPS_CONCURRENCY": "1",
        "VIPS_BLOCK_UNTRUSTED": "1",
        "VIPS_DISC_THRESHOLD": "64m",
        // No dynamic modules: their code is not mapped, and the start takes 1 ms instead of 14.
        "VIPSHOME": "/nonexistent",
    ]
}
