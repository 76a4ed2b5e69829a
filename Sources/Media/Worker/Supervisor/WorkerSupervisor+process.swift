import Glibc
import Kernel
import Logging
import Pictures
import Subprocess
import SystemPackage

extension WorkerSupervisor {
    /// What a conversation with the worker waits for.
    enum WorkerEvent: Sendable {
        case said(WorkerMessage)
        /// A line that is none of the protocol's.
        case babbled
        /// Standard output is closed: the worker has ended.
        case ended
        case jobArrived
    }

    typealias Process = Execution<FileDescriptorInput, SequenceOutput, SequenceOutput>

    /// Lines of the worker that wait to be read; one that says more breaks the protocol.
    static var eventLimit: Int { 16 }

    /// Starts a worker, gives it jobs while there are any, and returns when it has ended.
    func serveWithNewWorker() async {
        report.state = .starting
        report.startCount += 1
        // Pictures that need the HEIF module get a worker of their own each; no other worker maps its code.
        hasHEIFModule = queue.next.map { needsHEIFModule($0) } ?? false
        let limits = hasHEIFModule ? limits.forHEIF : limits
        rules = WorkerStateMachine(limits: limits, startedAt: .now)
        defer { forgetWorker() }
        do {
            let (socket, other) = try JobSender.pair()
            let result = try await Subprocess.run(
                .path(FilePath(executable)),
                environment: .custom(Self.environment(limits, hasHEIFModule: hasHEIFModule)),
                input: .fileDescriptor(FileDescriptor(rawValue: other), closeAfterSpawningProcess: true),
                output: .sequence,
                error: .sequence
            ) { process in
                await self.serve(with: process, over: socket)
            }
            logger.debug("media worker ended", metadata: ["worker.status": "\(result.terminationStatus)"])
        } catch {
            logger.error("media worker cannot be started", metadata: ["error": "\(error)"])
            if !Task.isCancelled { fail(.cannotStart) }
        }
    }

    private func forgetWorker() {
        meter = nil
        var report = report
        report.state = .idle
        report.processID = nil
        report.workerJobCount = 0
        report.residentByteCount = 0
        report.processorTime = .zero
        self.report = report
    }

    private static func environment(_ limits: WorkerLimits, hasHEIFModule: Bool) -> [Environment.Key: String] {
        var result: [Environment.Key: String] = [:]
        for (name, value) in WorkerEnvironment.make(session: limits.session, hasHEIFModule: hasHEIFModule) {
            if let key = Environment.Key(rawValue: name) { result[key] = value }
        }
        return result
    }

    private func serve(with process: Process, over socket: JobSender) async {
        report.processID = process.processIdentifier.value
        meter = ProcessMeter(of: process.processIdentifier.value)
        let (events, event) = AsyncStream.makeStream(
            of: WorkerEvent.self,
            bufferingPolicy: .bufferingOldest(Self.eventLimit)
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Self.readMessages(of: process, into: event) }
            group.addTask { [logger] in await WorkerLog(logger).read(process.standardError) }
            await converse(with: process, over: socket, events, wake: event)
            // It has nothing more to do; files it may have been writing have no names.
            try? process.send(signal: .kill)
        }
    }

    private static func readMessages(of process: Process, into event: AsyncStream<WorkerEvent>.Continuation) async {
        var splitter = LineSplitter(lengthLimit: WorkerLine.lengthLimit)
        do {
            for try await buffer in process.standardOutput {
                for line in splitter.feed(unsafe buffer.withUnsafeBytes { unsafe Array($0) }) {
                    let message = WorkerLine.decode(line, as: WorkerMessage.self)
                    event.yield(message.map(WorkerEvent.said) ?? .babbled)
                }
            }
        } catch {
            // The same as the end of output: the worker is gone or about to be killed.
        }
        event.yield(.ended)
        event.finish()
    }
}
