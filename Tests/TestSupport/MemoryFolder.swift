import Foundation

/// A new folder that is removed when `body` returns or throws; in memory if the system has such a place.
///
/// The server waits for the disk at every write, and hundreds of servers would wait for minutes. After a kill, files in
/// memory have lost the same as files on a disk.
package func withMemoryFolder<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (String) async throws -> Result
) async throws -> Result {
    let memory = "/dev/shm"
    let manager = FileManager.default
    let parent = manager.isWritableFile(atPath: memory) ? memory : manager.temporaryDirectory.path
    let path = "\(parent)/snug-test-\(UUID().uuidString.lowercased())"
    try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? manager.removeItem(atPath: path) }
    return try await body(path)
}
