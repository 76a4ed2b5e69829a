import CKernel
import Glibc

/// The server's end of the socket over which a worker receives jobs, each with the open files that it works on.
package final class JobSender: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// - Returns: the server's end, and the descriptor of the other one, which the caller closes.
    package static func pair() throws(FileFailure) -> (own: JobSender, other: Int32) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw FileFailure("socketpair") }
        return (JobSender(ends[0]), ends[1])
    }

    /// Sends a line together with open files. Never blocks: one job is sent at a time, and it fits into the buffer of
    /// the socket.
    package func send(_ line: [UInt8], with files: [Int32]) throws(FileFailure) {
        let count = unsafe line.withUnsafeBytes { bytes in
            unsafe snug_send_descriptors(descriptor, bytes.baseAddress, bytes.count, files, files.count)
        }
        guard count == line.count else { throw FileFailure("send", code: count < 0 ? errno : EAGAIN) }
    }
}

/// The worker's end of the socket of a ``JobSender``.
package struct JobReceiver {
    private let descriptor: Int32

    package init(descriptor: Int32) { self.descriptor = descriptor }

    package enum Received: Equatable {
        /// Bytes, and the descriptors that came with the first of them, which the caller closes.
        case bytes([UInt8], descriptors: [Int32])
        case timeout
        /// The sender has closed its end.
        case end
    }

    /// Waits up to `milliseconds` for the next bytes, at most `count` of them.
    package func next(_ count: Int, within milliseconds: Int32) -> Received {
        while true {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&waiting, 1, milliseconds)
            if ready == 0 { return .timeout }
            if ready < 0 && errno == EINTR { continue }
            var bytes = [UInt8](repeating: 0, count: count)
            var descriptors = [Int32](repeating: -1, count: Int(SNUG_DESCRIPTOR_LIMIT))
            var descriptorCount = 0
            let received = unsafe snug_receive_descriptors(descriptor, &bytes, count, &descriptors, &descriptorCount)
            if received < 0 && errno == EINTR { continue }
            guard received > 0 else { return .end }
            return .bytes(Array(bytes[..<received]), descriptors: Array(descriptors[..<descriptorCount]))
        }
    }
}
