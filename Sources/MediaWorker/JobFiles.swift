import Glibc
import Media

/// The files of one job: all that this process can reach. Closed with their owner.
struct JobFiles: ~Copyable {
    private let original: OpenFile
    private let outputs: [VariantSize: Int32]

    /// - Returns: nil when they are not those of a job; they are closed all the same.
    init?(_ descriptors: [Int32]) {
        let sizes = VariantSize.allCases.sorted()
        guard let first = descriptors.first, let original = try? OpenFile(taking: first),
            descriptors.count == sizes.count + 1
        else {
            for descriptor in descriptors.dropFirst() { close(descriptor) }
            return nil
        }
        self.original = original
        outputs = Dictionary(uniqueKeysWithValues: zip(sizes, descriptors.dropFirst()))
    }

    deinit {
        for descriptor in outputs.values { close(descriptor) }
    }

    /// All of the original, of at most `limit` bytes.
    func readOriginal(limit: Int) throws(FileFailure) -> [UInt8] {
        try original.read(at: 0, count: min(original.byteCount, limit))
    }

    func write(_ bytes: UnsafeRawBufferPointer, as size: VariantSize) throws(FileFailure) {
        guard let descriptor = outputs[size] else { throw FileFailure("write", code: EBADF) }
        try writeBytes(bytes, to: descriptor)
    }
}
