import Glibc

/// An operation that no picture decoder needs.
enum Attempt: String {
    case readFile
    case makeFile
    case removeFile
    case listFolder
    case readEnvironment
    case openSocket
    case connect
    case startProgram
    case signalServer

    /// Makes the attempt.
    ///
    /// - Parameters:
    ///   - folder: contains a file named `file`.
    ///   - server: the process that started this one and listens on an abstract socket named after its id.
    func succeeds(folder: String, server: pid_t) -> Bool {
        switch self {
        case .readFile: opens("\(folder)/file", O_RDONLY)
        case .makeFile: opens("\(folder)/new", O_WRONLY | O_CREAT)
        case .removeFile: unlink("\(folder)/file") == 0
        case .listFolder: opendir(folder) != nil
        case .readEnvironment: opens("/proc/\(server)/environ", O_RDONLY)
        case .openSocket: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0
        case .connect: connects(to: server)
        case .startProgram: startsProgram()
        case .signalServer: kill(server, SIGCONT) == 0
        }
    }

    private func opens(_ path: String, _ flags: Int32) -> Bool { open(path, flags, 0o600) >= 0 }

    /// Connects to an abstract socket, which no file permissions protect: unix(7).
    private func connects(to server: pid_t) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        return withUnsafeMutableBytes(of: &address) { bytes in
            let name = Array("\0snug-\(server)".utf8)
            bytes[2..<2 + name.count].copyBytes(from: name)
            let length = socklen_t(2 + name.count)
            return bytes.withMemoryRebound(to: sockaddr.self) {
                Glibc.connect(descriptor, $0.baseAddress!, length) == 0
            }
        }
    }

    private func startsProgram() -> Bool {
        var process: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
        guard posix_spawn(&process, "/bin/true", nil, nil, &arguments, nil) == 0 else { return false }
        var status: Int32 = 0
        return waitpid(process, &status, 0) == process && status == 0
    }
}

extension UnsafeMutableRawBufferPointer.SubSequence {
    fileprivate func copyBytes(from bytes: [UInt8]) {
        UnsafeMutableRawBufferPointer(rebasing: self).copyBytes(from: bytes)
    }
}
