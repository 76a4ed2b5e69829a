import Glibc

/// Ends the process with a line for the server's log.
func quit(_ reason: String, status: Int32) -> Never {
    complain(reason)
    exit(status)
}

/// Writes one line to standard error, which the server hands to its log.
func complain(_ text: String) {
    let line = Array((text.replacing("\n", with: "; ") + "\n").utf8)
    line.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
