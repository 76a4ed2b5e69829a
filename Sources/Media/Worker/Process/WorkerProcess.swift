import Glibc
import Kernel
import Pictures
import Subprocess
import SystemPackage

/// An event that a session with a worker waits for.
enum WorkerEvent: Sendable {
    case message(WorkerMessage)
    /// A line that is not part of the protocol.
    case invalidLine
    /// The worker has closed standard output: it has ended.
    case ended
    case jobArrived
}

/// A running worker process, as a session sees it.
struct WorkerProcess {
    typealias Handle = Execution<FileDescriptorInput, SequenceOutput, SequenceOutput>

    /// Messages of the worker that wait to be read; a worker that sends more violates the protocol.
    private static let eventLimit = 16

    private let handle: Handle
    private let jobs: JobSender
    let events: AsyncStream<WorkerEvent>
    /// Adds an event from the outside.
    let continuation: AsyncStream<WorkerEvent>.Continuation

    init(_ handle: Handle, _ jobs: JobSender) {
        self.handle = handle
        self.jobs = jobs
        (events, continuation) = AsyncStream.makeStream(
            of: WorkerEvent.self,
            bufferingPolicy: .bufferingOldest(Self.eventLimit)
        )
    }

    var processID: Int32 { handle.processIdentifier.value }

    func send(_ job: RenderJob, with descriptors: [Int32]) throws {
        try jobs.send(try WorkerLine.encode(job), with: descriptors)
    }

    func kill() { try? handle.send(signal: .kill) }

    /// Turns the output of the worker into events until it ends.
    static func readMessages(
        of handle: Handle,
        into continuation: AsyncStream<WorkerEvent>.Continuation
    ) async {
        var splitter = LineSplitter(lengthLimit: WorkerLine.lengthLimit)
        do {
            for try await buffer in handle.standardOutput {
                for line in splitter.feed(unsafe buffer.withUnsafeBytes { unsafe Array($0) }) {
                    let message = WorkerLine.decode(line, as: WorkerMessage.self)
                    continuation.yield(message.map(WorkerEvent.message) ?? .invalidLine)
                }
            }
        } catch {
            // Treated as the end of output: the worker is gone or about to be killed.
        }
        continuation.yield(.ended)
        continuation.finish()
    }
}
