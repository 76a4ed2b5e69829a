import Glibc
import Kernel
import Pictures

/// The way to the server: jobs in over a socket, lines out over a pipe.
struct LineChannel {
    private let input: JobReceiver
    private let output: Int32
    private var splitter = LineSplitter(lengthLimit: WorkerLine.lengthLimit)
    private var lines: ArraySlice<[UInt8]> = []
    /// Open files that came with the line that is on its way.
    private var descriptors: [Int32] = []

    /// Takes standard input and output. What libraries print to standard output goes to the log instead.
    init() {
        self.init(input: STDIN_FILENO, output: dup(STDOUT_FILENO))
        dup2(STDERR_FILENO, STDOUT_FILENO)
    }

    init(input: Int32, output: Int32) {
        self.input = JobReceiver(descriptor: input)
        self.output = output
    }

    enum Word: Equatable {
        /// A line and the open files that came with it.
        case line([UInt8], descriptors: [Int32])
        case silence
        case end
    }

    /// The next line, waited for up to `milliseconds`.
    mutating func next(within milliseconds: Int32) -> Word {
        while true {
            if let line = lines.popFirst() {
                defer { descriptors = [] }
                return .line(line, descriptors: descriptors)
            }
            switch input.next(4096, within: milliseconds) {
            case .silence: return .silence
            case .end: return .end
            case .bytes(let bytes, let arrived):
                descriptors += arrived
                lines = splitter.feed(bytes)[...]
            }
        }
    }

    /// Writes a message; false when nobody reads any more.
    func say(_ message: WorkerMessage) throws -> Bool {
        let line = try WorkerLine.encode(message)
        // Shorter than PIPE_BUF would be atomic; this has one writer, so it only must be complete.
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
