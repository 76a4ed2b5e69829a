import Foundation
import Synchronization

/// Shows on a terminal how far a sweep is, in one line of standard error that is written over.
final class ProgressBar: Sendable {
    /// Shortest time between two changes.
    private static let interval = Duration.milliseconds(100)
    private static let barWidth = 20

    private struct State {
        var shown: (at: ContinuousClock.Instant, step: String)?
    }

    private let state = Mutex(State())

    /// Nil if standard error is not a terminal.
    init?() {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
    }

    func show(_ progress: SweepProgress) {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            if let shown = state.shown, shown.step == progress.step, now - shown.at < Self.interval { return false }
            state.shown = (now, progress.step)
            return true
        }
        if isDue { write("\r\u{1B}[K\(Self.line(progress, width: Self.columns()))") }
    }

    func clear() {
        write("\r\u{1B}[K")
    }

    /// `[########            ] 7/11 unknown: 12000`
    ///
    /// - Parameter width: Columns of the terminal. The line is one shorter, so that it does not wrap.
    static func line(_ progress: SweepProgress, width: Int) -> String {
        let steps = Double(progress.number - 1) + min(max(progress.share ?? 0, 0), 1)
        let filled = Int(steps / Double(max(progress.count, 1)) * Double(barWidth))
        let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: barWidth - filled)
        let done = progress.done > 0 ? ": \(progress.done)" : ""
        return String("[\(bar)] \(progress.number)/\(progress.count) \(progress.step)\(done)".prefix(max(0, width - 1)))
    }

    private static func columns() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
