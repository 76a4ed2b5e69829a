import Glibc

/// Writes one line to standard error, which the server copies to its log.
func log(_ message: String) {
    let line = Array((message.replacing("\n", with: "; ") + "\n").utf8)
    line.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Logs `reason` and ends the process.
func exit(withError reason: String, status: Int32) -> Never {
    log(reason)
    exit(status)
}
