import Media
import NIOPosix
import Vocabulary

/// Tells a file that cannot be read from a disk that is full: the worker says only that one of the two is so.
struct OriginalCheck: Sendable {
    /// Bytes that are held at a time.
    private static let stepLength = 65_536

    let archive: any Archive
    let threads: NIOThreadPool

    /// Reads an original to its end.
    ///
    /// - Throws: `FileFailure` when that is not possible.
    func readThrough(_ id: BlobID) async throws {
        let file = try await archive.open(.original(id))
        try await threads.runIfActive {
            var offset = 0
            while offset < file.byteCount {
                let count = try file.read(at: offset, count: Self.stepLength).count
                // It has become shorter since it was opened.
                guard count > 0 else { return }
                offset += count
            }
        }
    }
}
