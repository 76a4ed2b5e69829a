import Foundation
import Kernel

/// Checks free space before something large is written.
enum DiskSpace {
    /// Left free, in bytes.
    static let reserve = 64 << 20
    /// Bytes that a file may take in addition to its content: a block that it does not fill, and its name.
    static let perFile = 4096 + 512

    /// - Throws: `CommandFailure` if there is less.
    static func require(_ needed: Int, at path: String) throws {
        let free = try SystemCall.space(at: path).free
        guard free >= needed + reserve else {
            throw CommandFailure(
                "\(path) has \(megabytes(free)) free, and \(megabytes(needed + reserve)) are needed.",
                status: EX_IOERR
            )
        }
    }

    private static func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
}
