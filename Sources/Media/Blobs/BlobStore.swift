import CKernel
import FoundationEssentials
import Glibc
import Kernel
import Pictures
import Vocabulary

/// Where uploads and their renderings live on disk: the only code that knows a path below `media`.
///
/// Every method blocks; callers choose the thread. Values may be used from several threads and processes at once.
///
///     originals/<xx>/<uuid>                        as uploaded
///     variants/<xx>/<uuid>.<size>.<jpg|webp>       as rendered; readable by the web server
///     variants/<xx>/<uuid>.animated.webp           the same, moving
///     incoming/                                    files being written, on the same file system
///     trash/<yyyymmdd>/                            what a sweep took away
package struct BlobStore: Sendable {
    /// Name of the media folder in the storage folder.
    package static let folderName = "media"

    /// Marks a folder as a media folder, so that no sweep mistakes an empty mount point for one.
    static let sentinelName = ".snug-media"
    /// Files are for the server's user, and to be read by the group of their folder: the web server's.
    static let fileMode: mode_t = 0o640
    /// What is made in a folder belongs to the folder's group, so that `chgrp` on the media folder is enough.
    static let folderMode: mode_t = 0o2750
    /// The folders in the media folder, those with shards first.
    static let parts = Area.allCases.map(\.rawValue) + unsharded
    static let unsharded = ["incoming", "trash"]

    /// Absolute or relative path of the `media` folder, without a slash at the end.
    package let root: String

    /// Opens the media folder at `root` and makes what is missing in it, `root` included.
    ///
    /// - Parameter mayBeNew: Whether a folder without the sentinel is made into a media folder. Not where there is a
    ///   database already: its files are then more likely on a disk that is not mounted.
    /// - Throws: ``FileFailure``; `isMissing` when the sentinel is not there, `isSplit` when files could not be linked
    ///   from one part of the folder to another.
    package init(root: String, mayBeNew: Bool = true) throws(FileFailure) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        if !mayBeNew { try requireSentinel() }
        try makeFolders()
        try requireOneMount()
    }

    /// Opens a media folder that must be there already: for programs that remove things.
    /// - Throws: ``FileFailure``; `isMissing` when the sentinel is not there, `isSplit` when files could not be moved
    ///   from one part of the folder to another.
    package init(existing root: String) throws(FileFailure) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        try requireSentinel()
        try requireOneMount()
    }

    private func requireSentinel() throws(FileFailure) {
        guard try SystemCall.facts("\(root)/\(Self.sentinelName)") != nil else {
            throw FileFailure("find the mark \(Self.sentinelName) of the media folder", code: ENOENT)
        }
    }

    /// Files are made in one part and linked or renamed into another, which works within one mount only.
    private func requireOneMount() throws(FileFailure) {
        var places: Set<[UInt64]> = []
        for part in Self.parts {
            // With the dot, a symbolic link is followed.
            var identity = snug_file_identity()
            guard unsafe snug_identify("\(root)/\(part)/.", &identity) == 0 else { throw FileFailure("stat") }
            places.insert([UInt64(identity.device_major), UInt64(identity.device_minor), identity.mount])
        }
        guard places.count == 1 else { throw FileFailure("open media folder", code: EXDEV) }
    }

    package func path(ofOriginal id: BlobID) -> String { "\(folder(.originals, id.shard))/\(id)" }

    package func path(of variant: VariantFile) -> String {
        "\(folder(.variants, variant.blob.shard))/\(variant.name)"
    }

    /// Below ``root``, for a web server that is told a path of its own.
    package func relativePath(ofOriginal id: BlobID) -> String { "originals/\(id.shard)/\(id)" }

    var incoming: String { "\(root)/incoming" }
    var trash: String { "\(root)/trash" }

    func folder(_ area: Area, _ shard: Shard) -> String { "\(root)/\(area.rawValue)/\(shard)" }

    /// The two sharded trees.
    enum Area: String, CaseIterable {
        case originals
        case variants
    }

    private func makeFolders() throws(FileFailure) {
        var isNew = try SystemCall.makeFolder(root, mode: Self.folderMode)
        for area in Area.allCases {
            isNew = try makeShards(of: area) || isNew
        }
        for folder in [incoming, trash] {
            isNew = try SystemCall.makeFolder(folder, mode: Self.folderMode) || isNew
        }
        let sentinel = "\(root)/\(Self.sentinelName)"
        try SystemCall.makeFile(sentinel, mode: Self.fileMode)
        if isNew { try SystemCall.syncFolder(root) }
    }

    private func makeShards(of area: Area) throws(FileFailure) -> Bool {
        let top = "\(root)/\(area.rawValue)"
        var isNew = try SystemCall.makeFolder(top, mode: Self.folderMode)
        for shard in Shard.all {
            isNew = try SystemCall.makeFolder(folder(area, shard), mode: Self.folderMode) || isNew
        }
        if isNew { try SystemCall.syncFolder(top) }
        return isNew
    }
}
