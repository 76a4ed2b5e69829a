import FoundationEssentials
import Glibc
import Kernel
import Logging
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

/// Copies the standard error of a worker to the log, within bounds: the text may come from an untrusted picture.
struct WorkerLog {
    /// Longest line, in bytes.
    private static let lineLength = 500
    /// Most lines of one worker.
    private static let lineLimit = 200

    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// Reads to the end even after the limit of lines, so that the worker never blocks on a full pipe.
    func read(_ output: SubprocessOutputSequence) async {
        var splitter = LineSplitter(lengthLimit: Self.lineLength)
        var count = 0
        do {
            for try await buffer in output {
                for line in splitter.feed(unsafe buffer.withUnsafeBytes { unsafe Array($0) }) {
                    count += 1
                    if count <= Self.lineLimit { log(line) }
                }
            }
        } catch {
            return
        }
    }

    private func log(_ line: [UInt8]) {
        let text = String(decoding: line, as: UTF8.self)
        let printable = String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F })
        )
        logger.info("media worker output", metadata: ["worker.line": "\(printable)"])
    }
}

/// Resources used by a process, as counted by the kernel.
struct ProcessUsage: Equatable, Sendable {
    /// Resident memory, in bytes.
    var residentByteCount = 0
    /// Processor time of all its threads since it started, including ended threads.
    var processorTime = Duration.zero
}

/// Measures another process with `/proc`, which never waits for a disk.
struct ProcessMeter {
    private let statistics: OpenFile

    /// Nil when there is no such process.
    init?(of processID: Int32) {
        guard let file = try? OpenFile("/proc/\(processID)/stat") else { return nil }
        statistics = file
    }

    /// Nil when the process is gone. For a process that has ended and is not yet reaped, both values are 0 or constant.
    var usage: ProcessUsage? {
        guard let line = try? statistics.read(at: 0, count: 1_024) else { return nil }
        return ProcessUsage(statistics: line, ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)), pageSize: Int(getpagesize()))
    }
}

extension ProcessUsage {
    /// Parses a line of proc_pid_stat(5); nil when it is malformed.
    ///
    /// The process chooses its own name, which is in parentheses and may contain parentheses: fields are counted from
    /// the last one.
    init?(statistics line: [UInt8], ticksPerSecond: Int, pageSize: Int) {
        guard let nameEnd = line.lastIndex(of: UInt8(ascii: ")")), ticksPerSecond > 0 else { return nil }
        // The third field of the manual is the first one here.
        let fields = line[(nameEnd + 1)...].split(separator: UInt8(ascii: " "))
        func number(_ field: Int) -> Int? {
            guard fields.indices.contains(field - 3) else { return nil }
            return Int(String(decoding: fields[field - 3], as: UTF8.self))
        }
        guard let user = number(14), let system = number(15), let pages = number(24) else { return nil }
        residentByteCount = pages * pageSize
        processorTime = .milliseconds((user + system) * 1_000 / ticksPerSecond)
    }
}
