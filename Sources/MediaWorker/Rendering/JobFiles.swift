import Glibc
import Kernel
import Pictures

/// The files of one job, the only ones that this process can access. Closed with their owner.
struct JobFiles: ~Copyable {
    private let original: OpenFile
    private let outputs: [VariantRole: Int32]

    /// - Returns: nil when these are not the files of a job; they are closed nonetheless.
    init?(_ descriptors: [Int32]) {
        guard let first = descriptors.first, let original = try? OpenFile(taking: first),
            descriptors.count == VariantRole.all.count + 1
        else {
            for descriptor in descriptors.dropFirst() { close(descriptor) }
            return nil
        }
        self.original = original
        outputs = Dictionary(uniqueKeysWithValues: zip(VariantRole.all, descriptors.dropFirst()))
    }

    /// Bytes of the original.
    var originalByteCount: Int { original.byteCount }

    deinit {
        for descriptor in outputs.values { close(descriptor) }
    }

    /// The complete original, up to `limit` bytes.
    func readOriginal(limit: Int) throws(FileFailure) -> [UInt8] {
        try original.read(at: 0, count: min(original.byteCount, limit))
    }

    func write(_ bytes: UnsafeRawBufferPointer, as role: VariantRole) throws(FileFailure) {
        guard let descriptor = outputs[role] else { throw FileFailure("write", code: EBADF) }
        try writeBytes(bytes, to: descriptor)
    }
}
