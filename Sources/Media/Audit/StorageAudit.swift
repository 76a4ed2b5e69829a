import Glibc
import Kernel
import NIOPosix
import Pictures
import Vocabulary

/// Compares the names and modes in a storage with those that the server gives. Folder by folder, so that a large
/// storage costs no memory; blocking calls run on a thread pool.
package struct StorageAudit: Sendable {
    /// A folder of the storage, and what belongs into it.
    package struct Folder: Sendable {
        fileprivate enum Content: Sendable {
            case storage
            case media
            case shards
            case shard(MediaFolder.Area, Shard)
            case spool
            case trash
            case trashDay
        }

        /// Below the storage folder; empty for the storage folder itself.
        let path: String
        fileprivate let content: Content
    }

    private let storage: String
    private let media: MediaFolder
    private let privateFiles: Set<String>
    private let threads: NIOThreadPool

    /// - Parameters:
    ///   - storage: The path of the storage folder.
    ///   - privateFiles: Files in the storage folder that only their owner may access.
    package init(
        of storage: String,
        _ media: MediaFolder,
        privateFiles: [String],
        threads: NIOThreadPool = .singleton
    ) {
        self.storage = storage
        self.media = media
        self.privateFiles = Set(privateFiles)
        self.threads = threads
    }

    /// The folders of the storage.
    package func folders() async throws -> [Folder] {
        let days = try await onThread { try media.trashDays() }
        let name = MediaFolder.name
        let shards = MediaFolder.Area.allCases.flatMap { area in
            Shard.all.map { Folder(path: "\(name)/\(area.rawValue)/\($0)", content: .shard(area, $0)) }
        }
        return [Folder(path: "", content: .storage), Folder(path: name, content: .media)]
            + MediaFolder.Area.allCases.map { Folder(path: "\(name)/\($0.rawValue)", content: .shards) }
            + shards
            + [Folder(path: "\(name)/incoming", content: .spool), Folder(path: "\(name)/trash", content: .trash)]
            + days.map { Folder(path: "\(name)/trash/\($0)", content: .trashDay) }
    }

    /// Paths, below the storage folder, of files that the server did not name. What an operator keeps in the storage
    /// folder itself is not looked at.
    package func foreignNames(in folder: Folder) async throws -> [String] {
        if case .storage = folder.content { return [] }
        return try await onThread {
            var found: [String] = []
            try forEachEntry(of: folder) { name, facts in
                if !folder.content.allows(name, facts) { found.append("\(folder.path)/\(name)") }
            }
            return found
        }
    }

    /// Files that more people may access than the server allows. The folders in a folder are reported with it.
    package func wideModes(in folder: Folder) async throws -> [WideMode] {
        try await onThread {
            var found: [WideMode] = []
            if case .storage = folder.content {
                // A folder such as /tmp has a sticky bit and other users.
                if let facts = try SystemCall.facts(storage), facts.mode & S_ISVTX == 0 {
                    found += WideMode("", facts, limit: StorageFolder.mode).map { [$0] } ?? []
                }
                for name in [MediaFolder.name] + privateFiles.sorted() {
                    guard let facts = try SystemCall.facts("\(storage)/\(name)") else { continue }
                    let limit = name == MediaFolder.name ? MediaFolder.folderMode : 0o600
                    found += WideMode(name, facts, limit: limit).map { [$0] } ?? []
                }
                return found
            }
            try forEachEntry(of: folder) { name, facts in
                let limit = facts.isFolder ? MediaFolder.folderMode : MediaFolder.fileMode
                found += WideMode("\(folder.path)/\(name)", facts, limit: limit).map { [$0] } ?? []
            }
            return found
        }
    }

    /// Takes the surplus permissions away.
    ///
    /// - Returns: False if the file is gone or was narrowed meanwhile.
    package func narrow(_ wide: WideMode) async throws -> Bool {
        try await onThread {
            let path = wide.path.isEmpty ? storage : "\(storage)/\(wide.path)"
            guard let facts = try SystemCall.facts(path), let still = WideMode(wide.path, facts, limit: wide.limit)
            else {
                return false
            }
            guard unsafe chmod(path, still.narrowed) == 0 else {
                let failure = FileFailure("chmod")
                if failure.isMissing { return false }
                throw failure
            }
            return true
        }
    }

    /// A file or folder that disappears meanwhile is left out.
    private func forEachEntry(of folder: Folder, _ body: (String, FileFacts) -> Void) throws(FileFailure) {
        do {
            try forEachName(in: "\(storage)/\(folder.path)", body)
        } catch  where error.isMissing {
            return
        }
    }

    private func forEachName(in path: String, _ body: (String, FileFacts) -> Void) throws(FileFailure) {
        var listing = try FolderListing(path)
        while let name = try listing.next() {
            if let facts = try SystemCall.facts("\(path)/\(name)") { body(name, facts) }
        }
    }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await threads.runIfActive(body)
    }
}

/// A file that more people may access than the server allows.
package struct WideMode: Sendable, Equatable {
    /// Below the storage folder; empty for the storage folder itself.
    package let path: String
    package let mode: mode_t
    let limit: mode_t

    /// Its mode without the surplus permissions.
    package var narrowed: mode_t { mode & (limit | ~0o777) }

    /// Nil if the mode is not too wide, and for symbolic links, whose own mode has no effect.
    fileprivate init?(_ path: String, _ facts: FileFacts, limit: mode_t) {
        guard !facts.isSymbolicLink, !facts.isWithin(limit) else { return nil }
        (self.path, mode, self.limit) = (path, facts.mode, limit)
    }
}

extension StorageAudit.Folder.Content {
    /// Whether the server gives a file of this kind such a name.
    fileprivate func allows(_ name: String, _ facts: FileFacts) -> Bool {
        // A part of the media folder may be a link to another place on the same disk.
        let mayBeFolder = facts.isFolder || facts.isSymbolicLink
        return switch self {
        case .storage: true
        case .media:
            facts.isRegularFile ? name == MediaFolder.sentinelName : mayBeFolder && MediaFolder.parts.contains(name)
        case .shards: mayBeFolder && Shard.all.contains { $0.description == name }
        case .shard(.originals, let shard): facts.isRegularFile && BlobID(name)?.shard == shard
        case .shard(.variants, let shard): facts.isRegularFile && VariantFile(name: name)?.blob.shard == shard
        case .spool: facts.isRegularFile && name.hasSuffix(UnnamedFile.unfinishedSuffix)
        case .trash: facts.isFolder && TrashDay(name: name) != nil
        case .trashDay: facts.isRegularFile && (BlobID(name) != nil || VariantFile(name: name) != nil)
        }
    }
}

extension ArchiveKey {
    /// The path of its file, below the storage folder.
    package var path: String {
        let area: MediaFolder.Area =
            switch self {
            case .original: .originals
            case .variant: .variants
            }
        return "\(MediaFolder.name)/\(area.rawValue)/\(blob.shard)/\(name)"
    }
}
