import Glibc
import Hashing
import Kernel

extension UnnamedFile {
    /// Bytes read or written at a time.
    static let stepLength = 65_536

    /// SHA-256 of the first `byteCount` bytes, 32 bytes. Blocking.
    func sha256(of byteCount: Int) throws(FileFailure) -> [UInt8] {
        let hash = SHA256()
        try readThrough(0..<byteCount) { bytes throws(FileFailure) in hash.update(bytes) }
        return hash.finalize()
    }

    /// Passes the bytes of a range to `body` in steps of ``stepLength``; the last may be shorter. Blocking.
    func readThrough(_ range: Range<Int>, _ body: ([UInt8]) throws(FileFailure) -> Void) throws(FileFailure) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.stepLength) {
            let count = min(Self.stepLength, range.upperBound - start)
            let bytes = try read(at: start, count: count)
            // Nothing else writes the file, so a short read means that the disk has lost data.
            guard bytes.count == count else { throw FileFailure("read of a file cut short", code: EIO) }
            try body(bytes)
        }
    }
}
