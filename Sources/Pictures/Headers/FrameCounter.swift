/// Counts the frames of an animation.
struct FrameCounter {
    /// Number of frames at which counting stops, beyond any real animation.
    static let countLimit = 10_000

    private(set) var count = 0
    private var milliseconds = 0

    var isFull: Bool { count == Self.countLimit }

    /// Has no effect when full.
    mutating func add(milliseconds: Int) {
        guard !isFull else { return }
        count += 1
        self.milliseconds += milliseconds
    }

    /// Sets the facts of an animation if there is more than one frame.
    func report(to facts: inout ImageFacts) {
        guard count > 1 else { return }
        facts.isAnimated = true
        facts.frameCount = count
        facts.durationMilliseconds = milliseconds
    }
}
