import Kernel
import Pictures
import Vocabulary

extension BlobStore {
    /// Moves a file to the trash of `day`. Returns whether it was still there.
    @discardableResult
    package func moveToTrash(_ file: StoredFile, on day: TrashDay) throws(FileFailure) -> Bool {
        let folder = "\(trash)/\(day)"
        if try SystemCall.makeFolder(folder, mode: Self.folderMode) { try SystemCall.syncFolder(trash) }
        do {
            try SystemCall.rename(path(of: file), to: "\(folder)/\(file.name)")
            return true
        } catch  where error.isMissing {
            return false
        }
    }

    /// The days that have a trash folder, oldest first.
    package func trashDays() throws(FileFailure) -> [TrashDay] {
        var days: [TrashDay] = []
        var listing = try FolderListing(trash)
        while let name = try listing.next() {
            if let day = TrashDay(name: name) { days.append(day) }
        }
        return days.sorted()
    }

    /// Paths of the trash folders of a media folder that need not be one.
    static func trashFolders(in root: String) -> [String] {
        guard var listing = try? FolderListing("\(root)/trash") else { return [] }
        var folders: [String] = []
        while let name = try? listing.next() { folders.append("\(root)/trash/\(name)") }
        return folders
    }

    /// What went to the trash before `day`, or all of it.
    package func trashUse(before day: TrashDay? = nil) throws(FileFailure) -> StorageUse {
        var use = StorageUse()
        for old in try trashDays() where day.map({ old < $0 }) ?? true {
            for name in try trashedNames(on: old) {
                if let facts = try SystemCall.facts("\(trash)/\(old)/\(name)") { use.add(facts.byteCount) }
            }
        }
        return use
    }

    /// Deletes for good what went to the trash before `day`. Returns what was deleted.
    @discardableResult
    package func purgeTrash(before day: TrashDay) throws(FileFailure) -> StorageUse {
        var purged = StorageUse()
        for old in try trashDays() where old < day {
            for name in try trashedNames(on: old) {
                let path = "\(trash)/\(old)/\(name)"
                let byteCount = try SystemCall.facts(path)?.byteCount
                if try SystemCall.remove(path) { purged.add(byteCount ?? 0) }
            }
            _ = try SystemCall.removeFolder("\(trash)/\(old)")
        }
        return purged
    }

    /// Puts a blob's files back from the trash. A file that is in place again already is not replaced.
    /// - Returns: how many files came back.
    package func undelete(_ id: BlobID) throws(FileFailure) -> Int {
        var count = 0
        // The newest copy of a name wins.
        for day in try trashDays().reversed() {
            for (name, target) in restorable(id) {
                if try restore("\(trash)/\(day)/\(name)", to: target) { count += 1 }
            }
        }
        for area in Area.allCases { try SystemCall.syncFolder(folder(area, id.shard)) }
        return count
    }

    /// Links before it removes, so that a crash leaves a file twice rather than not at all.
    private func restore(_ source: String, to target: String) throws(FileFailure) -> Bool {
        do {
            try SystemCall.link(source, to: target)
        } catch  where error.isMissing || error.isTaken {
            return false
        }
        return try SystemCall.remove(source)
    }

    private func restorable(_ id: BlobID) -> [(name: String, target: String)] {
        [(id.description, path(ofOriginal: id))] + VariantFile.all(of: id).map { ($0.name, path(of: $0)) }
    }

    private func path(of file: StoredFile) -> String {
        switch file.kind {
        case .original: path(ofOriginal: file.id)
        case .variant(let variant): path(of: variant)
        }
    }

    private func trashedNames(on day: TrashDay) throws(FileFailure) -> [String] {
        var names: [String] = []
        var listing = try FolderListing("\(trash)/\(day)")
        while let name = try listing.next() {
            if BlobID(name) != nil || VariantFile(name: name) != nil { names.append(name) }
        }
        return names
    }
}
