import CKernel
import Glibc

/// Stream sockets with a name in a folder, over which programs of the same user talk (unix(7)). All calls block.
///
/// The address goes through the descriptor of the folder, because an address holds only 107 bytes, and the path of a
/// folder may be longer.
package enum LocalSocket {
    /// Connections that wait to be accepted.
    private static let backlog: Int32 = 16

    /// Listens at `name`, which must not exist. Only this process's user can connect.
    ///
    /// - Returns: The descriptor, which the caller closes.
    package static func listen(at name: String, in folder: String) throws(FileFailure) -> Int32 {
        try unsafe withAddress(of: name, in: folder) { descriptor, address, length throws(FileFailure) in
            guard unsafe bind(descriptor, address, length) == 0 else { throw FileFailure("bind") }
            // Nobody can connect before the socket listens, so the mode is right from the start.
            guard unsafe chmod("\(folder)/\(name)", 0o600) == 0 else { throw FileFailure("chmod") }
            guard Glibc.listen(descriptor, backlog) == 0 else { throw FileFailure("listen") }
        }
    }

    /// Sends a line and receives a line.
    ///
    /// - Parameters:
    ///   - seconds: How long to wait for each part of the answer.
    ///   - limit: Maximum length of the answer, in bytes.
    /// - Returns: The answer without its end of line; nil if nobody listens.
    /// - Throws: ``FileFailure``, also if the connection ends before the answer is complete.
    package static func request(
        _ line: [UInt8],
        from name: String,
        in folder: String,
        seconds: Int,
        limit: Int
    ) throws(FileFailure) -> [UInt8]? {
        let connection: Int32
        do {
            connection = try unsafe withAddress(of: name, in: folder) {
                descriptor,
                address,
                length throws(FileFailure) in
                guard unsafe connect(descriptor, address, length) == 0 else { throw FileFailure("connect") }
            }
        } catch {
            guard error.code == ENOENT || error.code == ECONNREFUSED else { throw error }
            return nil
        }
        defer { close(connection) }
        var patience = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            guard unsafe setsockopt(connection, SOL_SOCKET, option, &patience, size) == 0 else {
                throw FileFailure("setsockopt")
            }
        }
        try sendAll(line + [newline], to: connection)
        return try receiveLine(from: connection, limit: limit)
    }

    private static let newline: UInt8 = 0x0A

    private static func sendAll(_ bytes: [UInt8], to connection: Int32) throws(FileFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes { bytes in
                unsafe send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            if sent < 0 && errno == EINTR { continue }
            guard sent > 0 else { throw FileFailure("send") }
            rest = rest.dropFirst(sent)
        }
    }

    private static func receiveLine(from connection: Int32, limit: Int) throws(FileFailure) -> [UInt8] {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while line.count <= limit {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileFailure("receive", code: count < 0 ? errno : ECONNRESET) }
            line += buffer[..<count]
            if let end = line.firstIndex(of: newline) { return Array(line[..<end]) }
        }
        throw FileFailure("receive", code: EMSGSIZE)
    }

    /// A new socket, after `body` has used it with the address of `name`.
    private static func withAddress(
        of name: String,
        in folder: String,
        _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) throws(FileFailure) -> Void
    ) throws(FileFailure) -> Int32 {
        let place = try SystemCall.open(folder, O_RDONLY | O_DIRECTORY)
        defer { close(place) }
        let path = Array("/proc/self/fd/\(place)/\(name)".utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw FileFailure("bind", code: ENAMETOOLONG)
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw FileFailure("socket") }
        var failure: FileFailure?
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                do throws(FileFailure) {
                    try unsafe body(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
                } catch {
                    failure = error
                }
            }
        }
        guard let failure else { return descriptor }
        close(descriptor)
        throw failure
    }
}
