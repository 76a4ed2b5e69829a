/// How far a sweep is.
struct SweepProgress: Sendable, Equatable {
    /// Name of the current step.
    var step = ""
    /// Number of the current step, from 1.
    var number = 0
    /// Number of steps.
    var count = 0
    /// Rows or files that the step has handled.
    var done = 0
    /// Share of the step that is done, from 0 to 1; nil if the whole is not known.
    var share: Double?
}
