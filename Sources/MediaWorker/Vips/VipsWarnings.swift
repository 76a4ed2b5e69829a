import CVips
import Synchronization

/// Counts what libvips warns of, and keeps its words from the log, where each odd picture would otherwise fill lines.
///
/// Told to fail for warnings, libvips 8.14 does not for those in the last rows of a JPEG: it has looked before.
enum VipsWarnings {
    private static let counter = Atomic<Int>(0)

    static var count: Int { counter.load(ordering: .relaxed) }

    /// Comes after libvips has been started, which sets a handler of its own.
    static func start() {
        _ = g_log_set_handler(
            "VIPS",
            G_LOG_LEVEL_WARNING,
            { _, _, _, _ in VipsWarnings.counter.add(1, ordering: .relaxed) },
            nil
        )
    }
}
