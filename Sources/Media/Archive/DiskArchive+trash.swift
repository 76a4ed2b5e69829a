import Kernel
import Pictures
import Vocabulary

extension DiskArchive {
    @discardableResult
    package func moveToTrash(_ file: ArchivedFile, on day: TrashDay) async throws -> Bool {
        try await onThread { folder in
            let target = folder.trashFolder(of: day)
            if try SystemCall.makeFolder(target, mode: MediaFolder.folderMode) {
                try SystemCall.syncFolder(folder.trash)
            }
            do {
                try SystemCall.rename(folder.path(of: file.key), to: "\(target)/\(file.key.name)")
                return true
            } catch let failure as FileFailure where failure.isMissing {
                return false
            }
        }
    }

    package func trashUse(before day: TrashDay?) async throws -> StorageUse {
        var use = StorageUse()
        for old in try await trashDays() where day.map({ old < $0 }) ?? true {
            var cursor: ArchiveCursor?
            repeat {
                let page = try await trashedFiles(on: old, after: cursor)
                for file in page.files { use.add(file.byteCount) }
                cursor = page.next
            } while cursor != nil
        }
        return use
    }

    package func trashDays() async throws -> [TrashDay] { try await onThread { try $0.trashDays() } }

    package func trashedFiles(on day: TrashDay, after cursor: ArchiveCursor?) async throws -> ArchivePage {
        try await onThread { [pageSize] folder in
            let path = folder.trashFolder(of: day)
            let page = try FolderPage(of: path, after: cursor?.value ?? "", limit: pageSize) { name in
                ArchiveKey(trashedName: name) != nil
            }
            let files = try page.names.compactMap { try folder.trashedFile(ArchiveKey(trashedName: $0), on: day) }
            let next = page.hasMore ? page.names.last.map { ArchiveCursor(value: $0) } : nil
            return ArchivePage(files: files, share: next == nil ? 1 : 0, next: next)
        }
    }

    @discardableResult
    package func removeFromTrash(_ file: ArchivedFile, of day: TrashDay) async throws -> Bool {
        try await onThread { try SystemCall.remove("\($0.trashFolder(of: day))/\(file.key.name)") }
    }

    package func removeEmptyTrash(of day: TrashDay) async throws {
        try await onThread { _ = try SystemCall.removeFolder($0.trashFolder(of: day)) }
    }

    package func trashedFiles(of id: BlobID) async throws -> [ArchivedFile] {
        try await onThread { folder in
            let days = try folder.trashDays().reversed()
            return try ArchiveKey.all(of: id).compactMap { key in
                try days.lazy.compactMap { try folder.trashedFile(key, on: $0) }.first
            }
        }
    }

    @discardableResult
    package func undelete(_ id: BlobID, asNew isNew: Bool = false) async throws -> Int {
        try await onThread { folder in
            var count = 0
            for day in try folder.trashDays().reversed() {
                var isTouched = false
                for key in ArchiveKey.all(of: id) where try folder.restore(key, from: day, asNew: isNew) {
                    count += 1
                    isTouched = true
                }
                if isTouched { _ = try SystemCall.removeFolder(folder.trashFolder(of: day)) }
            }
            try folder.sync(id.shard)
            return count
        }
    }
}

extension MediaFolder {
    fileprivate func trashFolder(of day: TrashDay) -> String { "\(trash)/\(day)" }

    func trashDays() throws(FileFailure) -> [TrashDay] {
        var days: [TrashDay] = []
        var listing = try FolderListing(trash)
        while let name = try listing.next() {
            if let day = TrashDay(name: name) { days.append(day) }
        }
        return days.sorted()
    }

    /// Nil if there is no such file.
    fileprivate func trashedFile(_ key: ArchiveKey?, on day: TrashDay) throws(FileFailure) -> ArchivedFile? {
        guard let key, let facts = try SystemCall.facts("\(trashFolder(of: day))/\(key.name)"), facts.isRegularFile
        else { return nil }
        return ArchivedFile(key: key, modifiedAt: facts.modifiedAt, byteCount: facts.byteCount)
    }

    /// Links before it removes, so that a crash leaves two copies rather than none.
    fileprivate func restore(_ key: ArchiveKey, from day: TrashDay, asNew isNew: Bool) throws(FileFailure) -> Bool {
        let source = "\(trashFolder(of: day))/\(key.name)"
        do {
            try SystemCall.link(source, to: path(of: key))
        } catch  where error.isMissing || error.isTaken {
            return false
        }
        if isNew { try SystemCall.touch(source) }
        return try SystemCall.remove(source)
    }
}

extension ArchiveKey {
    /// Nil for a name that an archive does not give.
    fileprivate init?(trashedName name: String) {
        if let blob = BlobID(name) {
            self = .original(blob)
        } else if let file = VariantFile(name: name) {
            self = .variant(file)
        } else {
            return nil
        }
    }
}
