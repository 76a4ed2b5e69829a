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
        try await onThread { folder in
            var use = StorageUse()
            for old in try folder.trashDays() where day.map({ old < $0 }) ?? true {
                for name in try folder.trashedNames(on: old) {
                    if let facts = try SystemCall.facts("\(folder.trashFolder(of: old))/\(name)") {
                        use.add(facts.byteCount)
                    }
                }
            }
            return use
        }
    }

    @discardableResult
    package func purgeTrash(before day: TrashDay) async throws -> StorageUse {
        try await onThread { folder in
            var purged = StorageUse()
            for old in try folder.trashDays() where old < day {
                for name in try folder.trashedNames(on: old) {
                    let path = "\(folder.trashFolder(of: old))/\(name)"
                    let byteCount = try SystemCall.facts(path)?.byteCount
                    if try SystemCall.remove(path) { purged.add(byteCount ?? 0) }
                }
                _ = try SystemCall.removeFolder(folder.trashFolder(of: old))
            }
            return purged
        }
    }

    /// The days that have a trash folder, oldest first.
    func trashDays() async throws -> [TrashDay] { try await onThread { try $0.trashDays() } }

    /// Puts the files of a blob back from the trash. A file that exists in its place is not replaced.
    /// - Returns: the number of files restored.
    package func undelete(_ id: BlobID) async throws -> Int {
        try await onThread { folder in
            var count = 0
            // The newest copy of a name wins.
            for day in try folder.trashDays().reversed() {
                for key in ArchiveKey.all(of: id) where try folder.restore(key, from: day) { count += 1 }
            }
            try folder.sync(id.shard)
            return count
        }
    }
}

extension MediaFolder {
    fileprivate func trashFolder(of day: TrashDay) -> String { "\(trash)/\(day)" }

    fileprivate func trashDays() throws(FileFailure) -> [TrashDay] {
        var days: [TrashDay] = []
        var listing = try FolderListing(trash)
        while let name = try listing.next() {
            if let day = TrashDay(name: name) { days.append(day) }
        }
        return days.sorted()
    }

    /// The files of one day that came from an archive.
    fileprivate func trashedNames(on day: TrashDay) throws(FileFailure) -> [String] {
        var names: [String] = []
        var listing = try FolderListing(trashFolder(of: day))
        while let name = try listing.next() {
            if BlobID(name) != nil || VariantFile(name: name) != nil { names.append(name) }
        }
        return names
    }

    /// Links before it removes, so that a crash leaves two copies rather than none.
    fileprivate func restore(_ key: ArchiveKey, from day: TrashDay) throws(FileFailure) -> Bool {
        let source = "\(trashFolder(of: day))/\(key.name)"
        do {
            try SystemCall.link(source, to: path(of: key))
        } catch  where error.isMissing || error.isTaken {
            return false
        }
        return try SystemCall.remove(source)
    }
}
