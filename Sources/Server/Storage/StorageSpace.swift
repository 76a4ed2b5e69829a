import Foundation

/// The free space in the file system of the storage.
struct StorageSpace: Sendable {
    let path: String

    struct Measure {
        /// Bytes that the server may still use.
        let free: Int
        let total: Int
    }

    /// Nil if the file system cannot be queried. Blocks.
    func measure() -> Measure? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
        guard let free = attributes?[.systemFreeSize] as? Int, let total = attributes?[.systemSize] as? Int else {
            return nil
        }
        return Measure(free: free, total: total)
    }
}
