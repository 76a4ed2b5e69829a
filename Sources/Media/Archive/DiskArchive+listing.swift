import Kernel
import Pictures
import Vocabulary

extension DiskArchive {
    /// A page is one shard. It is held in memory, about 200 bytes a file: 800 KB for an archive of a million files.
    package func list(after cursor: ArchiveCursor?) async throws -> ArchivePage {
        let shards = Shard.all.drop { shard in cursor.map { shard.description <= $0.value } ?? false }
        guard let shard = shards.first else { return ArchivePage(files: [], next: nil) }
        let files = try await onThread { try $0.files(in: shard) }
        return ArchivePage(files: files, next: shards.count > 1 ? ArchiveCursor(value: shard.description) : nil)
    }
}

extension MediaFolder {
    /// The originals and variants in one shard. Files whose names an archive would not give them are left out.
    fileprivate func files(in shard: Shard) throws(FileFailure) -> [ArchivedFile] {
        var files: [ArchivedFile] = []
        for area in Area.allCases {
            var listing = try FolderListing(folder(area, shard))
            while let name = try listing.next() {
                guard let key = Self.key(of: name, in: area), key.blob.shard == shard,
                    let facts = try SystemCall.facts("\(folder(area, shard))/\(name)"), facts.isRegularFile
                else { continue }
                files.append(ArchivedFile(key: key, modifiedAt: facts.modifiedAt, byteCount: facts.byteCount))
            }
        }
        return files
    }

    private static func key(of name: String, in area: Area) -> ArchiveKey? {
        switch area {
        case .originals: BlobID(name).map(ArchiveKey.original)
        case .variants: VariantFile(name: name).map(ArchiveKey.variant)
        }
    }
}
