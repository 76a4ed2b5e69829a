import Glibc
import Media

/// The pipe to the server: lines in, lines out.
struct LineChannel {
    private let input: Int32
    private let output: Int32
    private var splitter = LineSplitter(lengthLimit: WorkerLine.lengthLimit)
    private var lines: ArraySlice<[UInt8]> = []

    /// Takes standard input and output. What libraries print to standard output goes to the log instead.
    init() {
        self.init(input: STDIN_FILENO, output: dup(STDOUT_FILENO))
        dup2(STDERR_FILENO, STDOUT_FILENO)
    }

    init(input: Int32, output: Int32) {
        self.input = input
        self.output = output
    }

    enum Word: Equatable {
        case line([UInt8])
        case silence
        case end
    }

    /// The next line, waited for up to `milliseconds`.
    mutating func next(within milliseconds: Int32) -> Word {
        while true {
            if let line = lines.popFirst() { return .line(line) }
            var descriptor = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
            let ready = poll(&descriptor, 1, milliseconds)
            if ready == 0 { return .silence }
            if ready < 0 && errno == EINTR { continue }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(input, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return .end }
            lines = splitter.feed(buffer[..<count])[...]
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
