import Kernel
import NIOPosix
import Pictures
import Vocabulary

/// An archive in a media folder. Blocking calls run on a thread pool.
package struct DiskArchive: Archive {
    /// Location of the originals in the configuration of nginx.
    private static let originalsLocation = "/_originals/"

    let folder: MediaFolder
    private let threads: NIOThreadPool

    /// - Parameter threads: where blocking file calls run; started and stopped by the caller.
    package init(_ folder: MediaFolder, threads: NIOThreadPool = .singleton) {
        self.folder = folder
        self.threads = threads
    }

    package func commit(_ file: UnnamedFile, asOriginal id: BlobID) async throws {
        try await onThread { folder in
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
        try await onThread { folder in
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
        try await onThread { try OpenFile($0.path(of: key)) }
    }

    package func byteCount(of key: ArchiveKey) async throws -> Int? {
        try await onThread { try SystemCall.facts($0.path(of: key))?.byteCount }
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
        try await onThread { folder in
            var count = 0
            for id in ids { count += try folder.removeVariants(of: id) }
            return count
        }
    }

    @discardableResult
    package func removeOriginal(_ id: BlobID) async throws -> Bool {
        try await onThread { try SystemCall.remove($0.path(of: .original(id))) }
    }

    package func remove(_ ids: [BlobID]) async throws {
        try await onThread { folder in
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

    func onThread<Result: Sendable>(
        _ body: @escaping @Sendable (MediaFolder) throws -> Result
    ) async throws -> Result {
        try await threads.runIfActive { [folder] in try body(folder) }
    }
}

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
    func sync(_ shard: Shard) throws(FileFailure) {
        for area in Area.allCases { try SystemCall.syncFolder(folder(area, shard)) }
    }
}
