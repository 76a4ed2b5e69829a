import FoundationEssentials
import Glibc

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
    /// Originals are private to the server's user and group.
    static let originalMode: mode_t = 0o640
    /// Variants are read by the web server, which runs as another user.
    static let variantMode: mode_t = 0o644

    /// Absolute or relative path of the `media` folder, without a slash at the end.
    package let root: String

    /// Opens the media folder at `root` and makes what is missing in it, `root` included.
    /// - Throws: ``FileFailure``.
    package init(root: String) throws(FileFailure) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        try makeFolders()
    }

    /// Opens a media folder that must be there already: for programs that remove things.
    /// - Throws: ``FileFailure``; `isMissing` when the sentinel is not there.
    package init(existing root: String) throws(FileFailure) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        guard try SystemCall.facts("\(self.root)/\(Self.sentinelName)") != nil else {
            throw FileFailure("open media folder", code: ENOENT)
        }
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

        var folderMode: mode_t {
            switch self {
            case .originals: 0o750
            case .variants: 0o755
            }
        }
    }

    private func makeFolders() throws(FileFailure) {
        // The web server passes through the root on its way to the variants.
        var isNew = try SystemCall.makeFolder(root, mode: 0o755)
        for area in Area.allCases {
            isNew = try makeShards(of: area) || isNew
        }
        for folder in [incoming, trash] {
            isNew = try SystemCall.makeFolder(folder, mode: 0o750) || isNew
        }
        let sentinel = "\(root)/\(Self.sentinelName)"
        close(try SystemCall.open(sentinel, O_WRONLY | O_CREAT, mode: 0o644))
        if isNew { try SystemCall.syncFolder(root) }
    }

    private func makeShards(of area: Area) throws(FileFailure) -> Bool {
        let top = "\(root)/\(area.rawValue)"
        var isNew = try SystemCall.makeFolder(top, mode: area.folderMode)
        for shard in Shard.all {
            isNew = try SystemCall.makeFolder(folder(area, shard), mode: area.folderMode) || isNew
        }
        if isNew { try SystemCall.syncFolder(top) }
        return isNew
    }
}
