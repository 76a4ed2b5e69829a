import Glibc
import Kernel

/// A socket without a file that this process listens on (unix(7)); closed with its owner.
final class AbstractSocket: Sendable {
    private let descriptor: Int32

    init(named name: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array("\0\(name)".utf8)
        let isBound = withUnsafeMutableBytes(of: &address) { buffer in
            for (offset, byte) in bytes.enumerated() { buffer[2 + offset] = byte }
            return buffer.withMemoryRebound(to: sockaddr.self) {
                bind(descriptor, $0.baseAddress!, socklen_t(2 + bytes.count)) == 0
            }
        }
        guard isBound, listen(descriptor, 8) == 0 else { throw FileFailure("listen") }
    }

    deinit { close(descriptor) }
}
