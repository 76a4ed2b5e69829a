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

    /// Gives the bytes of a range in steps, all but the last of ``stepLength``. Blocking.
    func readThrough(_ range: Range<Int>, _ take: ([UInt8]) throws(FileFailure) -> Void) throws(FileFailure) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.stepLength) {
            let count = min(Self.stepLength, range.upperBound - start)
            let bytes = try read(at: start, count: count)
            // Nobody else writes the file, so a short read is a disk that lost something.
            guard bytes.count == count else { throw FileFailure("read of a file cut short", code: EIO) }
            try take(bytes)
        }
    }
}
