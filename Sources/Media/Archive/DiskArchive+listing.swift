import Kernel
import Pictures
import Vocabulary

extension DiskArchive {
    /// A page is one shard, or a part of one that has very many files.
    package func list(after cursor: ArchiveCursor?) async throws -> ArchivePage {
        let start: ListingPlace? =
            if let cursor { ListingPlace(cursor) } else { ListingPlace(shard: Shard(0), area: .originals) }
        guard var place = start else { return ArchivePage(files: [], share: 1, next: nil) }
        let shard = place.shard
        var files: [ArchivedFile] = []
        while true {
            let (from, limit) = (place, pageSize - files.count)
            let part = try await onThread { try $0.files(from: from, limit: limit) }
            files += part.files
            if let last = part.lastName {
                place.name = last
                return page(files, place)
            }
            guard let next = place.nextFolder else { return ArchivePage(files: files, share: 1, next: nil) }
            place = next
            guard place.shard == shard, files.count < pageSize else { return page(files, place) }
        }
    }

    private func page(_ files: [ArchivedFile], _ place: ListingPlace) -> ArchivePage {
        let share = Double(place.shard.number) / Double(Shard.all.count)
        return ArchivePage(files: files, share: share, next: ArchiveCursor(value: place.description))
    }
}

/// Where a listing continues: a folder, and the last name in it that has been listed.
private struct ListingPlace: CustomStringConvertible {
    let shard: Shard
    let area: MediaFolder.Area
    var name = ""

    init(shard: Shard, area: MediaFolder.Area) {
        self.shard = shard
        self.area = area
    }

    /// Nil for a text that `description` does not produce.
    init?(_ cursor: ArchiveCursor) {
        let parts = cursor.value.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let number = UInt8(parts[0], radix: 16),
            let area = MediaFolder.Area(rawValue: String(parts[1]))
        else { return nil }
        self.init(shard: Shard(number), area: area)
        name = String(parts[2])
    }

    var description: String { "\(shard)/\(area.rawValue)/\(name)" }

    /// The beginning of the folder after this one; nil after the last.
    var nextFolder: ListingPlace? {
        switch area {
        case .originals: ListingPlace(shard: shard, area: .variants)
        case .variants: shard.number == .max ? nil : ListingPlace(shard: Shard(shard.number + 1), area: .originals)
        }
    }
}

extension MediaFolder {
    /// The originals or variants in one folder. Files whose names an archive would not give them are left out.
    /// - Returns: the files, and the last name listed if there are more names than `limit`.
    fileprivate func files(
        from place: ListingPlace,
        limit: Int
    ) throws(FileFailure) -> (files: [ArchivedFile], lastName: String?) {
        let folder = folder(place.area, place.shard)
        let page = try FolderPage(of: folder, after: place.name, limit: limit) { name in
            ArchiveKey(name: name, in: place.area)?.blob.shard == place.shard
        }
        var files: [ArchivedFile] = []
        for name in page.names {
            guard let key = ArchiveKey(name: name, in: place.area),
                let facts = try SystemCall.facts("\(folder)/\(name)"), facts.isRegularFile
            else { continue }
            files.append(ArchivedFile(key: key, modifiedAt: facts.modifiedAt, byteCount: facts.byteCount))
        }
        return (files, page.hasMore ? page.names.last : nil)
    }
}

extension ArchiveKey {
    /// Nil for a name that an archive does not give.
    fileprivate init?(name: String, in area: MediaFolder.Area) {
        switch area {
        case .originals:
            guard let blob = BlobID(name) else { return nil }
            self = .original(blob)
        case .variants:
            guard let file = VariantFile(name: name) else { return nil }
            self = .variant(file)
        }
    }
}
