import CKernel

/// Tells a file from another one that was put in its place.
struct FileIdentity: Equatable, Sendable {
    let inode: UInt64
    /// Nanoseconds since 1970, UTC; 0 where the file system does not keep it.
    let bornAt: Int64
    /// When its bytes, name, owner or mode last changed, in nanoseconds since 1970, UTC. No program can choose it.
    let changedAt: Int64

    init(inode: UInt64, bornAt: Int64, changedAt: Int64) {
        self.inode = inode
        self.bornAt = bornAt
        self.changedAt = changedAt
    }

    /// Nil when there is no such file.
    init?(of path: String) {
        var identity = snug_file_identity()
        guard snug_identify(path, &identity) == 0 else { return nil }
        self.init(inode: identity.inode, bornAt: identity.born_at, changedAt: identity.changed_at)
    }

    /// Whether this is the same file, whatever has been written to it meanwhile.
    func isSameFile(as other: FileIdentity) -> Bool {
        inode == other.inode && bornAt == other.bornAt
    }

    /// Whether another file was made in its place. Certain, unlike a different inode, which some file systems give to
    /// the same file after each mount.
    func wasReplaced(by other: FileIdentity) -> Bool {
        bornAt != 0 && other.bornAt != 0 && bornAt != other.bornAt
    }
}
