import FoundationEssentials
import Glibc
import Kernel

/// The folder that holds everything a server stores.
package struct StorageFolder: Sendable {
    /// For the owner and the owner's group: the web server has to traverse it to reach the media.
    static let mode: mode_t = 0o750

    package let path: String

    /// Opens the folder, and creates it if it does not exist.
    /// - Throws: ``StorageFailure``.
    package init(at path: String) throws(StorageFailure) {
        self.path = path
        let name = path.reversed().drop { $0 == "/" }
        let parent = String(name.drop { $0 != "/" }.reversed())
        do {
            if !name.isEmpty, !parent.isEmpty {
                try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            }
            try SystemCall.makeFolder(path, mode: Self.mode)
            close(try SystemCall.open(path, O_RDONLY | O_DIRECTORY))
        } catch let failure as FileFailure {
            if failure.code == EACCES, FileOwner(of: path) != nil { throw Self.unusable(path, failure) }
            throw StorageFailure("The storage folder \(path) cannot be created or opened: \(failure.reason).")
        } catch {
            throw StorageFailure("The parent folder \(parent) of the storage cannot be created: \(error).")
        }
    }

    /// Opens a folder that must contain `database`.
    /// - Throws: ``StorageFailure`` with the path of the folder and its owner.
    package init(existing path: String, database: String) throws(StorageFailure) {
        self.path = path
        guard let owner = FileOwner(of: path) else {
            let reason = FileFailure("").reason
            throw StorageFailure("There is no storage in \(path): \(reason). Is SNUG_STORAGE right?")
        }
        guard FileOwner(of: "\(path)/\(database)") != nil else {
            let failure = FileFailure("")
            guard failure.isMissing else { throw Self.unusable(path, failure) }
            throw StorageFailure(
                "There is no database in \(path), which belongs to \(owner). Is SNUG_STORAGE right? Only "
                    + "snug-server serve creates one."
            )
        }
        try requireNoUnfinishedRestore()
    }

    /// Changes to the folder's owner when this process runs as root, and checks that it can write all existing files.
    ///
    /// - Parameter names: Files in the folder that the program writes.
    /// - Throws: ``StorageFailure`` with the first file that it cannot use, and its owner.
    package func claim(_ names: [String]) throws(StorageFailure) {
        guard let owner = FileOwner(of: path) else { throw Self.unusable(path, FileFailure("")) }
        let files = names.map { "\(path)/\($0)" }
        // Root may have created the folder for the user that owns the files in it.
        let fileOwner = owner.user == 0 ? files.lazy.compactMap { FileOwner(of: $0) }.first : nil
        try (fileOwner ?? owner).replaceRoot()
        // AT_EACCESS: checks the effective user.
        let flags: Int32 = 0x200
        for file in [path] + files + mediaFolders() where FileOwner(of: file) != nil {
            guard unsafe faccessat(AT_FDCWD, file, R_OK | W_OK, flags) == 0 else {
                throw Self.unusable(file, FileFailure(""))
            }
        }
    }

    /// - Throws: ``StorageFailure`` for an existing file that cannot be read, with its owner.
    package static func requireReadable(_ file: String) throws(StorageFailure) {
        guard unsafe access(file, R_OK) != 0 else { return }
        let failure = FileFailure("")
        guard failure.isMissing else { throw unusable(file, failure) }
    }

    /// The folders in which files are created: the media folder, its parts, and their shards.
    private func mediaFolders() -> [String] {
        let media = "\(path)/\(MediaFolder.name)"
        let parts = MediaFolder.parts.map { "\(media)/\($0)" }
        let shards = parts.prefix(MediaFolder.Area.allCases.count).flatMap { part in Shard.all.map { "\(part)/\($0)" } }
        return [media] + parts + shards + MediaFolder.trashFolders(in: media)
    }

    /// The failure for a file that this process may not use, with the user that may.
    private static func unusable(_ file: String, _ failure: FileFailure) -> StorageFailure {
        let current = FileOwner.current
        guard let owner = FileOwner(of: file), owner.user != current.user else {
            return StorageFailure("\(file) cannot be used by \(current): \(failure.reason).")
        }
        return StorageFailure(
            "\(file) belongs to \(owner), and this runs as \(current): run it as its owner, or give everything in "
                + "the storage to one user (chown -R)."
        )
    }
}

/// Why a program cannot use a storage folder, as one line for the operator.
package struct StorageFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

extension StorageFolder {
    /// A mode that was narrowed, for the log.
    package struct Narrowed: Equatable, Sendable, CustomStringConvertible {
        package let path: String
        package let before: mode_t
        package let after: mode_t

        package var description: String {
            "\(path): 0\(String(before, radix: 8)) to 0\(String(after, radix: 8))"
        }
    }

    /// Narrows the modes of files that an earlier version or another umask has left too wide. Never widens a mode that
    /// an operator has narrowed.
    ///
    /// - Parameter privateFiles: Files in the folder that only their owner may access.
    /// - Returns: What was narrowed, with one entry for all files of a folder.
    /// - Throws: ``StorageFailure``.
    package func narrowModes(privateFiles: [String]) throws(StorageFailure) -> [Narrowed] {
        var narrowed: [Narrowed] = []
        do {
            // A folder such as /tmp has a sticky bit and other users.
            if let facts = try SystemCall.facts(path), facts.mode & S_ISVTX == 0 {
                try Self.narrow(path, to: Self.mode, &narrowed)
            }
            for name in privateFiles { try Self.narrow("\(path)/\(name)", to: 0o600, &narrowed) }
            try narrowMedia(&narrowed)
        } catch {
            throw StorageFailure("The modes of \(path) cannot be narrowed: \(error.reason).")
        }
        return narrowed
    }

    /// Narrows files before their folders, so that an interrupted start is repeated.
    private func narrowMedia(_ narrowed: inout [Narrowed]) throws(FileFailure) {
        let media = "\(path)/\(MediaFolder.name)"
        for area in MediaFolder.Area.allCases {
            let top = "\(media)/\(area.rawValue)"
            let isWide = try SystemCall.facts(top).map { !$0.isWithin(MediaFolder.folderMode) } ?? false
            var inside: [Narrowed] = []
            for shard in Shard.all {
                let folder = "\(top)/\(shard)"
                if isWide { try narrowFiles(in: folder, &inside) }
                try Self.narrow(folder, to: MediaFolder.folderMode, &inside)
            }
            try Self.narrow(top, to: MediaFolder.folderMode, &narrowed)
            if !isWide, let first = inside.first { narrowed.append(first) }
        }
        for part in MediaFolder.unsharded { try Self.narrow("\(media)/\(part)", to: MediaFolder.folderMode, &narrowed) }
        try Self.narrow("\(media)/\(MediaFolder.sentinelName)", to: MediaFolder.fileMode, &narrowed)
        try Self.narrow(media, to: MediaFolder.folderMode, &narrowed)
    }

    private func narrowFiles(in folder: String, _ narrowed: inout [Narrowed]) throws(FileFailure) {
        guard try SystemCall.facts(folder) != nil else { return }
        var listing = try FolderListing(folder)
        while let name = try listing.next() {
            try Self.narrow("\(folder)/\(name)", to: MediaFolder.fileMode, &narrowed)
        }
    }

    private static func narrow(_ path: String, to limit: mode_t, _ narrowed: inout [Narrowed]) throws(FileFailure) {
        guard let facts = try SystemCall.facts(path), !facts.isSymbolicLink, !facts.isWithin(limit) else { return }
        let mode = facts.mode & (limit | ~0o777)
        guard unsafe chmod(path, mode) == 0 else { throw FileFailure("chmod") }
        narrowed.append(Narrowed(path: path, before: facts.mode, after: mode))
    }
}
