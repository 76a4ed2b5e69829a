import Glibc
import Kernel

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
