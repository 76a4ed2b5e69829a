import FoundationEssentials
import Glibc
import Kernel

/// The folder that everything is kept in.
package struct StorageFolder: Sendable {
    /// Its owner, and the owner's group: the web server has to pass through on its way to the media.
    static let mode: mode_t = 0o750

    package let path: String

    /// Opens the folder, and makes it when it is not there yet.
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
            throw StorageFailure("The storage folder \(path) cannot be made or opened: \(failure.reason).")
        } catch {
            throw StorageFailure("The folder \(parent) for the storage cannot be made: \(error).")
        }
    }

    /// Opens a folder that must hold `database` already.
    /// - Throws: ``StorageFailure`` with the folder that was looked for and its owner.
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
                "There is no database in \(path), a folder of \(owner). Is SNUG_STORAGE right? Only "
                    + "snug-server serve makes a new one."
            )
        }
    }

    /// Goes on as the folder's owner where this process runs as root, and makes sure that it can write everything that
    /// is there already.
    ///
    /// - Parameter names: Files in the folder that the program writes.
    /// - Throws: ``StorageFailure`` with the first name that it cannot use, and whose it is.
    package func claim(_ names: [String]) throws(StorageFailure) {
        guard let owner = FileOwner(of: path) else { throw Self.unusable(path, FileFailure("")) }
        let files = names.map { "\(path)/\($0)" }
        // A folder that root made for somebody, who then made what is in it.
        let maker = owner.user == 0 ? files.lazy.compactMap { FileOwner(of: $0) }.first : nil
        try (maker ?? owner).replaceRoot()
        // AT_EACCESS: as the user that this process acts for.
        let flags: Int32 = 0x200
        for file in [path] + files + mediaFolders() where FileOwner(of: file) != nil {
            guard unsafe faccessat(AT_FDCWD, file, R_OK | W_OK, flags) == 0 else {
                throw Self.unusable(file, FileFailure(""))
            }
        }
    }

    /// - Throws: ``StorageFailure`` for a file that is there and cannot be read, with whose it is.
    package static func requireReadable(_ file: String) throws(StorageFailure) {
        guard unsafe access(file, R_OK) != 0 else { return }
        let failure = FileFailure("")
        guard failure.isMissing else { throw unusable(file, failure) }
    }

    /// The folders in which files are made: of the media folder, its parts, and their parts.
    private func mediaFolders() -> [String] {
        let media = "\(path)/\(BlobStore.folderName)"
        let parts = BlobStore.parts.map { "\(media)/\($0)" }
        let names = Shard.all.map(\.description)
        let shards = parts.prefix(2).flatMap { part in names.map { "\(part)/\($0)" } }
        return [media] + parts + shards + BlobStore.trashFolders(in: media)
    }

    /// Names what this process may not use, and who may.
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
