import Kernel

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
        guard let space = try? SystemCall.space(at: path) else { return nil }
        return Measure(free: space.free, total: space.total)
    }
}
