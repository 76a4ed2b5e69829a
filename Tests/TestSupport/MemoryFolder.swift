import Foundation

/// A new folder that is gone when `body` returns or throws; in memory where the system offers that.
///
/// The server waits for the disk at every write, and hundreds of servers would wait for minutes. What is lost when a
/// process is killed is the same in memory.
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
