import Kernel
import Pictures
import Vocabulary

extension BlobStore {
    /// The files of one shard, originals and variants; anything whose name the store would not give is left out.
    ///
    /// One shard is held in memory, about 200 bytes a file: a million files in the store are 800 KB a shard.
    package func files(in shard: Shard) throws(FileFailure) -> [StoredFile] {
        var files: [StoredFile] = []
        for area in Area.allCases {
            var listing = try FolderListing(folder(area, shard))
            while let name = try listing.next() {
                if let file = try storedFile(named: name, in: area, shard) { files.append(file) }
            }
        }
        return files
    }

    /// Files in `incoming` that a killed writer may have left.
    package func unfinishedFiles() throws(FileFailure) -> [UnfinishedFile] {
        var files: [UnfinishedFile] = []
        var listing = try FolderListing(incoming)
        while let name = try listing.next() {
            guard name.hasSuffix(UnnamedFile.unfinishedSuffix),
                let facts = try SystemCall.facts("\(incoming)/\(name)"), facts.isRegularFile
            else { continue }
            files.append(UnfinishedFile(name: name, modifiedAt: facts.modifiedAt, byteCount: facts.byteCount))
        }
        return files
    }

    package func remove(_ file: UnfinishedFile) throws(FileFailure) {
        try SystemCall.remove("\(incoming)/\(file.name)")
    }

    /// Originals and variants together, without the trash. Reads every shard.
    package func use() throws(FileFailure) -> (originals: StorageUse, variants: StorageUse) {
        var originals = StorageUse()
        var variants = StorageUse()
        for shard in Shard.all {
            for file in try files(in: shard) {
                switch file.kind {
                case .original: originals.add(file.byteCount)
                case .variant: variants.add(file.byteCount)
                }
            }
        }
        return (originals, variants)
    }

    private func storedFile(named name: String, in area: Area, _ shard: Shard) throws(FileFailure) -> StoredFile? {
        guard let (id, kind) = Self.parse(name, in: area), id.shard == shard,
            let facts = try SystemCall.facts("\(folder(area, shard))/\(name)"), facts.isRegularFile
        else { return nil }
        return StoredFile(id: id, kind: kind, modifiedAt: facts.modifiedAt, byteCount: facts.byteCount)
    }

    static func parse(_ name: String, in area: Area) -> (BlobID, StoredFile.Kind)? {
        switch area {
        case .originals: BlobID(name).map { ($0, .original) }
        case .variants: VariantFile(name: name).map { ($0.blob, .variant($0)) }
        }
    }
}
