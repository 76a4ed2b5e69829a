import CKernel
import FoundationEssentials
import Glibc
import Kernel
import Vocabulary

/// The media folder of a storage. Only this module knows the paths below it.
///
///     originals/<xx>/<uuid>                        as uploaded
///     variants/<xx>/<uuid>.<size>.<jpg|webp>       as rendered; readable by the web server
///     variants/<xx>/<uuid>.animated.webp           the animation of an animated picture
///     incoming/                                    files being written, on the same file system
///     trash/<yyyymmdd>/                            files without a row
///
/// Every method blocks. Values may be used by several threads and processes at once.
package struct MediaFolder: Sendable {
    /// Name of the folder in the storage folder.
    package static let name = "media"

    /// Marks the media folder, so that an empty mount point is not mistaken for it, and names its database.
    static let sentinelName = ".snug-media"
    /// Files are writable by the server's user and readable by the group of their folder, which is the web server's.
    static let fileMode: mode_t = 0o640
    /// New files and folders inherit the group of their folder, so `chgrp` of the media folder is sufficient.
    static let folderMode: mode_t = 0o2750
    /// The folders in the media folder, those with shards first.
    static let parts = Area.allCases.map(\.rawValue) + unsharded
    static let unsharded = ["incoming", "trash"]

    /// Absolute or relative path, without a slash at the end.
    package let path: String

    /// Opens the media folder at `path` and creates what is missing in it, the folder itself included.
    ///
    /// - Parameter mayBeNew: Whether a folder without the sentinel is made into a media folder. False where there is a
    ///   database already: its files are then probably on a disk that is not mounted.
    /// - Throws: ``FileFailure``; `isMissing` when there is no sentinel, `isSplit` when files could not be linked from
    ///   one part of the folder to another.
    package init(_ path: String, mayBeNew: Bool = true) throws(FileFailure) {
        self.path = Self.withoutFinalSlash(path)
        if !mayBeNew { try requireSentinel() }
        try makeFolders()
        try requireOneMount()
    }

    /// Opens an existing media folder, for programs that remove files.
    /// - Throws: ``FileFailure``; `isMissing` when there is no sentinel, `isSplit` when files could not be moved from
    ///   one part of the folder to another.
    package init(existing path: String) throws(FileFailure) {
        self.path = Self.withoutFinalSlash(path)
        try requireSentinel()
        try requireOneMount()
    }

    var incoming: String { "\(path)/incoming" }
    var trash: String { "\(path)/trash" }

    func folder(_ area: Area, _ shard: Shard) -> String { "\(path)/\(area.rawValue)/\(shard)" }

    /// The two sharded trees.
    enum Area: String, CaseIterable {
        case originals
        case variants
    }

    /// Paths of the trash folders of a folder that may not be a media folder.
    static func trashFolders(in path: String) -> [String] {
        guard var listing = try? FolderListing("\(path)/trash") else { return [] }
        var folders: [String] = []
        while let name = try? listing.next() { folders.append("\(path)/trash/\(name)") }
        return folders
    }

    private static func withoutFinalSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    private func requireSentinel() throws(FileFailure) {
        guard try SystemCall.facts("\(path)/\(Self.sentinelName)") != nil else {
            throw FileFailure("find the marker file \(Self.sentinelName) of the media folder", code: ENOENT)
        }
    }

    /// Files are created in one part and linked or renamed into another, which is possible within one mount only.
    private func requireOneMount() throws(FileFailure) {
        var mounts: Set<[UInt64]> = []
        for part in Self.parts {
            // The dot makes the call follow a symbolic link.
            var identity = snug_file_identity()
            guard unsafe snug_identify("\(path)/\(part)/.", &identity) == 0 else { throw FileFailure("stat") }
            mounts.insert([UInt64(identity.device_major), UInt64(identity.device_minor), identity.mount])
        }
        guard mounts.count == 1 else { throw FileFailure("open media folder", code: EXDEV) }
    }

    private func makeFolders() throws(FileFailure) {
        var isNew = try SystemCall.makeFolder(path, mode: Self.folderMode)
        for area in Area.allCases {
            isNew = try makeShards(of: area) || isNew
        }
        for folder in [incoming, trash] {
            isNew = try SystemCall.makeFolder(folder, mode: Self.folderMode) || isNew
        }
        try SystemCall.makeFile("\(path)/\(Self.sentinelName)", mode: Self.fileMode)
        if isNew { try SystemCall.syncFolder(path) }
    }

    private func makeShards(of area: Area) throws(FileFailure) -> Bool {
        let top = "\(path)/\(area.rawValue)"
        var isNew = try SystemCall.makeFolder(top, mode: Self.folderMode)
        for shard in Shard.all {
            isNew = try SystemCall.makeFolder(folder(area, shard), mode: Self.folderMode) || isNew
        }
        if isNew { try SystemCall.syncFolder(top) }
        return isNew
    }
}

/// One of the 256 folders that files are spread over, named by two hex digits.
struct Shard: Hashable, Sendable, CustomStringConvertible {
    let number: UInt8

    init(_ number: UInt8) { self.number = number }

    static var all: [Shard] { (UInt8.min...UInt8.max).map(Shard.init) }

    /// Two lower-case hex digits.
    var description: String { Hex.lowercase([number]) }
}

extension BlobID {
    /// The shard of its files: the last byte, which is random in every UUID version.
    var shard: Shard { Shard(uuid.uuid.15) }
}
