import Glibc
import Kernel
import Pictures

/// The worker's connection to the server: jobs arrive over a socket, messages leave through a pipe.
struct JobChannel {
    private let input: JobReceiver
    private let output: Int32
    private var splitter = LineSplitter(lengthLimit: WorkerLine.lengthLimit)
    private var lines: ArraySlice<[UInt8]> = []
    /// Open files received with the line that is still incomplete.
    private var descriptors: [Int32] = []

    /// Takes standard input and output. Whatever libraries print to standard output goes to the log instead.
    init() {
        self.init(input: STDIN_FILENO, output: dup(STDOUT_FILENO))
        dup2(STDERR_FILENO, STDOUT_FILENO)
    }

    init(input: Int32, output: Int32) {
        self.input = JobReceiver(descriptor: input)
        self.output = output
    }

    enum Received: Equatable {
        /// A line and the open files that came with it.
        case line([UInt8], descriptors: [Int32])
        case timeout
        /// The server has closed its end.
        case end
    }

    /// Waits up to `milliseconds` for the next line.
    mutating func next(within milliseconds: Int32) -> Received {
        while true {
            if let line = lines.popFirst() {
                defer { descriptors = [] }
                return .line(line, descriptors: descriptors)
            }
            switch input.next(4096, within: milliseconds) {
            case .timeout: return .timeout
            case .end: return .end
            case .bytes(let bytes, let received):
                descriptors += received
                lines = splitter.feed(bytes)[...]
            }
        }
    }

    /// Writes a message. Returns false when the server no longer reads.
    func send(_ message: WorkerMessage) throws -> Bool {
        let line = try WorkerLine.encode(message)
        // There is one writer, so a line need not be written in one call; it only has to be complete.
        var written = 0
        while written < line.count {
            let count = line[written...].withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}
