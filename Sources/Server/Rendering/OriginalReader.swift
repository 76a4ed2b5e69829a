import Media
import NIOPosix
import Vocabulary

/// Distinguishes an unreadable original from a full disk, for both of which the worker reports the same failure.
struct OriginalReader: Sendable {
    /// Bytes read at a time.
    private static let stepLength = 65_536

    let archive: any Archive
    let threads: NIOThreadPool

    /// Reads an original completely.
    ///
    /// - Throws: `FileFailure` if it cannot be read.
    func verify(_ id: BlobID) async throws {
        let file = try await archive.open(.original(id))
        try await threads.runIfActive {
            var offset = 0
            while offset < file.byteCount {
                let count = try file.read(at: offset, count: Self.stepLength).count
                // The file was truncated after it was opened.
                guard count > 0 else { return }
                offset += count
            }
        }
    }
}
