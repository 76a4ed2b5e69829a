import Pictures

/// The state of rendering, for the health page.
package struct WorkerStatus: Equatable, Sendable {
    package enum State: String, Sendable {
        /// The supervisor has not started, or has ended.
        case stopped
        /// No job; a worker may be waiting for one.
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
    /// The last failure; nil when there was none.
    package var lastFailure: RenderFailure?
    /// The worker's process; nil while there is none.
    package var processID: Int32?
    /// Workers killed for violating a rule.
    package var killCount = 0
    /// Jobs given to the running worker; 0 while there is none.
    package var workerJobCount = 0
    /// Last measured resident memory of the worker, in bytes; 0 while there is none.
    package var residentByteCount = 0
    /// Last measured processor time of the worker; 0 while there is none.
    package var processorTime = Duration.zero

    package init() {}
}
