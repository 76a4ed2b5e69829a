import Foundation
import Hashing
import Kernel
import Vocabulary

/// The size and the hash of a file that has been read to its end.
struct FileDigest: Equatable, Sendable {
    let byteCount: Int
    /// 64 lower-case hex digits.
    let sha256: String

    /// Bytes that are read at once.
    private static let chunk = 256 * 1024

    /// Reads a file, and hands its bytes on. Blocks.
    ///
    /// - Parameter stop: Asked before each 256 KiB.
    static func reading(
        _ file: OpenFile,
        _ stop: StopRequest,
        _ take: (UnsafeRawBufferPointer) throws -> Void = { _ in }
    ) throws -> FileDigest {
        let hash = SHA256()
        var offset = 0
        while true {
            try stop.check()
            let bytes = try file.read(at: offset, count: min(chunk, max(file.byteCount - offset, 1)))
            guard !bytes.isEmpty else { break }
            hash.update(bytes)
            try bytes.withUnsafeBytes(take)
            offset += bytes.count
        }
        return FileDigest(byteCount: offset, sha256: Hex.lowercase(hash.finalize()))
    }
}

extension FileDigest {
    /// Copies a file to a path at which there is none, and sets its mode and time. The bytes are not synced. Blocks.
    ///
    /// - Parameter modifiedAt: Nanoseconds since 1970, UTC.
    static func copying(
        _ source: OpenFile,
        to path: String,
        mode: mode_t,
        modifiedAt: Int64,
        _ stop: StopRequest
    ) throws -> FileDigest {
        let descriptor = try SystemCall.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        defer { close(descriptor) }
        let digest = try reading(source, stop) { try writeBytes($0, to: descriptor) }
        try SystemCall.set(mode: mode, modifiedAt: modifiedAt, of: descriptor)
        return digest
    }
}
