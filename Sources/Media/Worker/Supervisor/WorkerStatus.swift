import Pictures

/// How rendering is doing, for a health page.
package struct WorkerStatus: Equatable, Sendable {
    package enum State: String, Sendable {
        /// Not running: not begun yet, or ended.
        case stopped
        /// No job; there may be a worker that waits for one.
        case idle
        case starting
        case working
    }

    package var state = State.stopped
    /// Jobs that wait for the worker.
    package var queuedCount = 0
    /// Jobs answered, failures included.
    package var jobsDone = 0
    /// Workers started.
    package var startCount = 0
    /// The last failure, for people; nil when there was none.
    package var lastFailure: RenderFailure?
    /// The worker's process; nil while there is none.
    package var processID: Int32?
    /// Workers killed for breaking a rule.
    package var killCount = 0
    /// Jobs given to the worker that runs; 0 while there is none.
    package var workerJobCount = 0
    /// Resident memory of the worker when it was last measured, in bytes; 0 while there is none.
    package var residentByteCount = 0
    /// Processor time of the worker when it was last measured; 0 while there is none.
    package var processorTime = Duration.zero

    package init() {}
}
