import CVips
import Synchronization

/// Counts the warnings of libvips instead of logging them, since any odd picture could fill the log.
///
/// Even when told to fail on warnings, libvips 8.14 ignores those in the last rows of a JPEG.
enum VipsWarnings {
    private static let counter = Atomic<Int>(0)

    static var count: Int { counter.load(ordering: .relaxed) }

    /// To be called after libvips has been initialised, which installs its own handler.
    static func start() {
        _ = g_log_set_handler(
            "VIPS",
            G_LOG_LEVEL_WARNING,
            { _, _, _, _ in VipsWarnings.counter.add(1, ordering: .relaxed) },
            nil
        )
    }
}
