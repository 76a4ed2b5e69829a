import Kernel
import NIOPosix
import Pictures
import Vocabulary

/// An archive in a media folder. Blocking calls run on a thread pool.
package struct DiskArchive: Archive {
    /// Location of the originals in the configuration of nginx.
    private static let originalsLocation = "/_originals/"

    private let folder: MediaFolder
    private let threads: NIOThreadPool
    private let metrics: FileMetrics

    /// - Parameter threads: where blocking file calls run; started and stopped by the caller.
    package init(_ folder: MediaFolder, threads: NIOThreadPool = .singleton, metrics: FileMetrics = FileMetrics()) {
        self.folder = folder
        self.threads = threads
        self.metrics = metrics
    }

    package func commit(_ file: UnnamedFile, asOriginal id: BlobID) async throws {
        try await onThread(.commitOriginal) { folder in
            let path = folder.path(of: .original(id))
            try file.sync()
            try file.link(to: path)
            do {
                try SystemCall.syncFolder(folder.folder(.originals, id.shard))
            } catch {
                _ = try? SystemCall.remove(path)
                throw error
            }
        }
    }

    package func commit(_ variants: [RenderedFile], of id: BlobID) async throws {
        try await onThread(.commitVariants) { folder in
            do {
                for variant in variants { try variant.file.startWriting() }
                for variant in variants {
                    try variant.file.link(to: folder.path(of: .variant(variant.name)), replacing: true)
                }
                // Synced together, so that the file system commits once for all: no name is announced before the last.
                for variant in variants { try variant.file.sync() }
                try SystemCall.syncFolder(folder.folder(.variants, id.shard))
            } catch {
                _ = try? folder.removeVariants(of: id)
                throw error
            }
        }
    }

    package func open(_ key: ArchiveKey) async throws -> OpenFile {
        try await onThread(.open) { try OpenFile($0.path(of: key)) }
    }

    package func byteCount(of key: ArchiveKey) async throws -> Int? {
        try await onThread(.look) { try SystemCall.facts($0.path(of: key))?.byteCount }
    }

    /// nginx serves variants by itself, so that only originals are accelerated.
    package func delivery(of key: ArchiveKey, accelerated: Bool) -> Delivery {
        switch key {
        case .original(let id) where accelerated:
            .accelerated(location: "\(Self.originalsLocation)\(id.shard)/\(id)")
        case .original, .variant: .file(path: folder.path(of: key))
        }
    }

    @discardableResult
    package func removeVariants(of ids: [BlobID]) async throws -> Int {
        try await onThread(.remove) { folder in
            var count = 0
            for id in ids { count += try folder.removeVariants(of: id) }
            return count
        }
    }

    @discardableResult
    package func removeOriginal(_ id: BlobID) async throws -> Bool {
        try await onThread(.remove) { try SystemCall.remove($0.path(of: .original(id))) }
    }

    package func remove(_ ids: [BlobID]) async throws {
        try await onThread(.remove) { folder in
            for id in ids {
                _ = try folder.removeVariants(of: id)
                try SystemCall.remove(folder.path(of: .original(id)))
            }
            for shard in Set(ids.map(\.shard)) { try folder.sync(shard) }
        }
    }

    package func use(of ids: [BlobID]) async throws -> StorageUse {
        try await onThread { folder in
            var use = StorageUse()
            for key in ids.flatMap(ArchiveKey.all) {
                if let facts = try SystemCall.facts(folder.path(of: key)) { use.add(facts.byteCount) }
            }
            return use
        }
    }

    /// - Parameter operation: Whose time is measured; nil for what only the janitor does.
    private func onThread<Result: Sendable>(
        _ operation: FileOperation? = nil,
        _ body: @escaping @Sendable (MediaFolder) throws -> Result
    ) async throws -> Result {
        let time = operation.map { metrics.operations[$0] }
        return try await threads.runIfActive { [folder] in
            guard let time else { return try body(folder) }
            return try time.measure { () throws in try body(folder) }
        }
    }
}

// MARK: - Listing

extension DiskArchive {
    /// A page is one shard. It is held in memory, about 200 bytes a file: 800 KB for an archive of a million files.
    package func list(after cursor: ArchiveCursor?) async throws -> ArchivePage {
        let shards = Shard.all.drop { shard in cursor.map { shard.description <= $0.value } ?? false }
        guard let shard = shards.first else { return ArchivePage(files: [], next: nil) }
        let files = try await onThread { try $0.files(in: shard) }
        return ArchivePage(files: files, next: shards.count > 1 ? ArchiveCursor(value: shard.description) : nil)
    }
}

// MARK: - The trash

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

// MARK: - Files in the folder

extension MediaFolder {
    /// The path of a file, whether or not it exists.
    func path(of key: ArchiveKey) -> String {
        switch key {
        case .original: "\(folder(.originals, key.blob.shard))/\(key.name)"
        case .variant: "\(folder(.variants, key.blob.shard))/\(key.name)"
        }
    }

    /// - Returns: the number of files removed.
    fileprivate func removeVariants(of id: BlobID) throws(FileFailure) -> Int {
        var count = 0
        for file in VariantFile.all(of: id) where try SystemCall.remove(path(of: .variant(file))) { count += 1 }
        return count
    }

    /// Makes changes of the names in a shard durable.
    fileprivate func sync(_ shard: Shard) throws(FileFailure) {
        for area in Area.allCases { try SystemCall.syncFolder(folder(area, shard)) }
    }

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
