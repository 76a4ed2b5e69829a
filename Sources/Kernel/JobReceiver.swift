import CKernel
import Glibc

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
