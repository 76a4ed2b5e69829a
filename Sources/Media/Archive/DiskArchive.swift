import Kernel
import NIOPosix
import Pictures
import Vocabulary

/// An archive in a media folder. Blocking calls run on a thread pool.
package struct DiskArchive: Archive {
    /// Location of the originals in the configuration of nginx.
    private static let originalsLocation = "/_originals/"

    /// Most files of a page of a listing. A page takes about 200 bytes of memory for each.
    package static let pageSize = 10_000

    private let folder: MediaFolder
    private let threads: NIOThreadPool
    private let metrics: FileMetrics
    let pageSize: Int

    /// - Parameters:
    ///   - threads: where blocking file calls run; started and stopped by the caller.
    ///   - pageSize: most files of a page of a listing.
    package init(
        _ folder: MediaFolder,
        threads: NIOThreadPool = .singleton,
        metrics: FileMetrics = FileMetrics(),
        pageSize: Int = Self.pageSize
    ) {
        self.folder = folder
        self.threads = threads
        self.metrics = metrics
        self.pageSize = pageSize
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

    @discardableResult
    package func remove(_ ids: [BlobID]) async throws -> [BlobID: FileFailure] {
        try await onThread(.remove) { $0.remove(ids) }
    }

    package func files(of ids: [BlobID]) async throws -> [ArchivedFile] {
        try await onThread { folder in
            ids.flatMap(ArchiveKey.all).compactMap { key in
                guard let facts = try? SystemCall.facts(folder.path(of: key)) else { return nil }
                return ArchivedFile(key: key, modifiedAt: facts.modifiedAt, byteCount: facts.byteCount)
            }
        }
    }

    package func missing(among keys: [ArchiveKey]) async throws -> Set<ArchiveKey> {
        try await onThread { folder in
            try Set(keys.filter { try SystemCall.facts(folder.path(of: $0))?.byteCount ?? 0 == 0 })
        }
    }

    package func use(of ids: [BlobID]) async throws -> StorageUse {
        try await files(of: ids).reduce(into: StorageUse()) { $0.add($1.byteCount) }
    }

    /// - Parameter operation: Whose time is measured; nil for what only the janitor does.
    func onThread<Result: Sendable>(
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

// MARK: - Files in the folder

extension MediaFolder {
    /// The path of a file, whether or not it exists.
    package func path(of key: ArchiveKey) -> String { "\(path)/\(Self.relativePath(of: key))" }

    /// The path of a file in any media folder.
    package static func relativePath(of key: ArchiveKey) -> String {
        switch key {
        case .original: "\(Area.originals.rawValue)/\(key.blob.shard)/\(key.name)"
        case .variant: "\(Area.variants.rawValue)/\(key.blob.shard)/\(key.name)"
        }
    }

    /// - Returns: the number of files removed.
    fileprivate func removeVariants(of id: BlobID) throws(FileFailure) -> Int {
        var count = 0
        for file in VariantFile.all(of: id) where try SystemCall.remove(path(of: .variant(file))) { count += 1 }
        return count
    }

    /// - Returns: the ids of which something is left, or may reappear after a power cut.
    fileprivate func remove(_ ids: [BlobID]) -> [BlobID: FileFailure] {
        var failures: [BlobID: FileFailure] = [:]
        for id in ids {
            do {
                _ = try removeVariants(of: id)
                try SystemCall.remove(path(of: .original(id)))
            } catch {
                failures[id] = error
            }
        }
        for (shard, inShard) in Dictionary(grouping: ids, by: \.shard) {
            do {
                try sync(shard)
            } catch {
                for id in inShard where failures[id] == nil { failures[id] = error }
            }
        }
        return failures
    }

    /// Makes changes of the names in a shard durable.
    func sync(_ shard: Shard) throws(FileFailure) {
        for area in Area.allCases { try SystemCall.syncFolder(folder(area, shard)) }
    }
}
