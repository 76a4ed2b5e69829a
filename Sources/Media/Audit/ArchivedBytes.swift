import Glibc
import Hashing
import Kernel
import NIOPosix

/// The bytes of an archived file, summed up.
package struct FileDigest: Equatable, Sendable {
    package let byteCount: Int
    /// 32 bytes.
    package let sha256: [UInt8]
}

extension Archive {
    /// Reads a file from its beginning to its end, and then lets the kernel forget it, so that reading a whole archive
    /// does not displace what the server reads.
    ///
    /// - Parameter threads: Where blocking file calls run.
    /// - Throws: ``FileFailure``; `isMissing` when there is no such file.
    package func digest(of key: ArchiveKey, threads: NIOThreadPool = .singleton) async throws -> FileDigest {
        let file = try await open(key)
        return try await threads.runIfActive {
            defer { posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_DONTNEED) }
            let hash = SHA256()
            var byteCount = 0
            while case let bytes = try file.read(at: byteCount, count: digestStepLength), !bytes.isEmpty {
                hash.update(bytes)
                byteCount += bytes.count
            }
            return FileDigest(byteCount: byteCount, sha256: hash.finalize())
        }
    }
}

/// Bytes read at a time.
private let digestStepLength = 65_536
