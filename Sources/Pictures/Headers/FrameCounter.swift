/// Counts the frames of an animation.
struct FrameCounter {
    /// Frames after which counting stops: more than any animation that is not made to be tedious.
    static let countLimit = 10_000

    private(set) var count = 0
    private var milliseconds = 0

    var isFull: Bool { count == Self.countLimit }

    /// Without effect when full.
    mutating func add(milliseconds: Int) {
        guard !isFull else { return }
        count += 1
        self.milliseconds += milliseconds
    }

    /// Puts into `facts` what more than one frame means.
    func report(to facts: inout ImageFacts) {
        guard count > 1 else { return }
        facts.isAnimated = true
        facts.frameCount = count
        facts.durationMilliseconds = milliseconds
    }
}
