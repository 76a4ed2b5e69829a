import Glibc
import NIOCore

/// The disk that the product writes to.
enum Disk {
    private static let pageBytes = 4096

    /// Milliseconds of each of `count` synced writes, one after another. Storing a message takes at least this long.
    static func syncs(_ count: Int, in folder: String) throws -> Percentiles {
        let path = folder + "/sync-probe"
        let file = open(path, O_CREAT | O_RDWR | O_TRUNC, 0o600)
        guard file >= 0 else { throw IOError(errnoCode: errno, reason: "\(path) cannot be made") }
        defer {
            close(file)
            unlink(path)
        }
        let page = [UInt8](repeating: 1, count: pageBytes)
        return Percentiles(
            (0..<count).map { _ in
                let began = NIODeadline.now()
                _ = page.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
                fdatasync(file)
                return began.milliseconds(until: .now())
            }
        )
    }
}
