import Foundation

/// The room that is left where everything is kept.
struct StorageSpace: Sendable {
    let path: String

    struct Measure {
        /// Bytes.
        let free: Int
        let total: Int

        /// Below a twentieth, it is time to do something.
        var isShort: Bool { free < total / 20 }
    }

    /// Nil when the file system does not answer.
    func measure() -> Measure? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
        guard let free = attributes?[.systemFreeSize] as? Int, let total = attributes?[.systemSize] as? Int else {
            return nil
        }
        return Measure(free: free, total: total)
    }
}
