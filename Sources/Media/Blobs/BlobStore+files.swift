import Kernel
import Pictures
import Vocabulary

extension BlobStore {
    /// - Throws: ``FileFailure``; `isMissing` when there is no such original.
    package func openOriginal(_ id: BlobID) throws(FileFailure) -> OpenFile { try OpenFile(path(ofOriginal: id)) }

    /// - Throws: ``FileFailure``; `isMissing` when there is no such variant.
    package func open(_ variant: VariantFile) throws(FileFailure) -> OpenFile { try OpenFile(path(of: variant)) }

    /// Bytes, or nil when there is no such original.
    package func byteCount(ofOriginal id: BlobID) throws(FileFailure) -> Int? {
        try SystemCall.facts(path(ofOriginal: id))?.byteCount
    }

    /// Bytes, or nil when there is no such variant.
    package func byteCount(of variant: VariantFile) throws(FileFailure) -> Int? {
        try SystemCall.facts(path(of: variant))?.byteCount
    }

    /// Removes every rendering of a picture. Returns how many there were; none is success too.
    @discardableResult
    package func removeVariants(of id: BlobID) throws(FileFailure) -> Int {
        var count = 0
        for file in VariantFile.all(of: id) where try SystemCall.remove(path(of: file)) { count += 1 }
        return count
    }

    /// Removes an original. Returns whether it was there; if not, that is success too.
    @discardableResult
    package func removeOriginal(_ id: BlobID) throws(FileFailure) -> Bool {
        try SystemCall.remove(path(ofOriginal: id))
    }

    /// An original that is being received.
    func newOriginal() throws(FileFailure) -> UnnamedFile {
        try UnnamedFile(in: incoming, mode: Self.fileMode)
    }

    /// Names a received original and makes the name durable.
    func keep(_ file: UnnamedFile, as id: BlobID) throws(FileFailure) {
        try file.sync()
        try file.link(to: path(ofOriginal: id))
        do {
            try SystemCall.syncFolder(folder(.originals, id.shard))
        } catch {
            _ = try? SystemCall.remove(path(ofOriginal: id))
            throw error
        }
    }

    /// Makes what was named and removed in a shard durable.
    package func sync(_ shard: Shard) throws(FileFailure) {
        for area in Area.allCases { try SystemCall.syncFolder(folder(area, shard)) }
    }

    /// Makes the names of a picture's renderings durable.
    package func syncVariants(of id: BlobID) throws(FileFailure) {
        try SystemCall.syncFolder(folder(.variants, id.shard))
    }
}
