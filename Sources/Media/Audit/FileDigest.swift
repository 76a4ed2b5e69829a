import Glibc
import Hashing
import Kernel
import NIOPosix
import Vocabulary

/// The size and the hash of a file that has been read to its end.
package struct FileDigest: Equatable, Sendable {
    package let byteCount: Int
    /// SHA-256, 64 lower-case hex digits.
    package let sha256: String

    /// Bytes that are read at once.
    private static let stepLength = 256 * 1024

    package init(byteCount: Int, sha256: String) {
        self.byteCount = byteCount
        self.sha256 = sha256
    }

    /// Reads a file to its end. Blocks.
    ///
    /// - Parameters:
    ///   - willRead: Called before each 256 KiB; what it throws ends the reading.
    ///   - take: Receives the bytes, in their order.
    /// - Throws: ``FileFailure``, and what the closures throw.
    package static func reading(
        _ file: OpenFile,
        willRead: () throws -> Void = {},
        _ take: (UnsafeRawBufferPointer) throws -> Void = { _ in }
    ) throws -> FileDigest {
        let hash = SHA256()
        var offset = 0
        while true {
            try willRead()
            let bytes = try file.read(at: offset, count: min(stepLength, max(file.byteCount - offset, 1)))
            guard !bytes.isEmpty else { break }
            hash.update(bytes)
            try unsafe bytes.withUnsafeBytes(take)
            offset += bytes.count
        }
        return FileDigest(byteCount: offset, sha256: Hex.lowercase(hash.finalize()))
    }
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
            return try unsafe FileDigest.reading(file)
        }
    }
}
