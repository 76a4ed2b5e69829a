import Foundation
import Kernel
import Media

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
        let digest = try reading(source, willRead: stop.check) { try writeBytes($0, to: descriptor) }
        try SystemCall.set(mode: mode, modifiedAt: modifiedAt, of: descriptor)
        return digest
    }
}
