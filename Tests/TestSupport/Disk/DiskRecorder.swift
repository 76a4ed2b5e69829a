import Foundation

/// Records what a server process changes on its disk. See `Tests/DiskRecorder`.
package struct DiskRecorder: Sendable {
    private let path: String

    /// - Parameter folder: The folder of the records, on the same file system as the storage.
    package init(in folder: String) throws {
        path = "\(folder)/records"
        try Data().write(to: URL(filePath: path))
    }

    /// The environment of a server that is to be recorded.
    package var environment: [String: String] { ["LD_PRELOAD": Executables.diskRecorder, "DISK_RECORD": path] }

    /// Bytes of records up to now. Every change that an answer relies on is in them when the answer has arrived.
    package var length: Int {
        get throws {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (attributes[.size] as? NSNumber)?.intValue ?? 0
        }
    }

    /// Everything that has been recorded.
    package var history: DiskHistory {
        get throws { DiskHistory(try Data(contentsOf: URL(filePath: path))) }
    }
}
