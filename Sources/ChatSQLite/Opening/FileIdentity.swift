import CKernel

/// Distinguishes a file from another one that replaced it.
struct FileIdentity: Equatable, Sendable {
    let inode: UInt64
    /// Time of creation in nanoseconds since 1970, UTC; 0 if the file system does not store it.
    let bornAt: Int64
    /// When its bytes, name, owner or mode last changed, in nanoseconds since 1970, UTC. No program can choose it.
    let changedAt: Int64

    init(inode: UInt64, bornAt: Int64, changedAt: Int64) {
        self.inode = inode
        self.bornAt = bornAt
        self.changedAt = changedAt
    }

    /// Nil if there is no such file.
    init?(of path: String) {
        var identity = snug_file_identity()
        guard snug_identify(path, &identity) == 0 else { return nil }
        self.init(inode: identity.inode, bornAt: identity.born_at, changedAt: identity.changed_at)
    }

    /// Whether this is the same file, whatever has been written to it in the meantime.
    func isSameFile(as other: FileIdentity) -> Bool {
        inode == other.inode && bornAt == other.bornAt
    }

    /// Whether another file was created in its place. This is certain, unlike a different inode: some file systems give
    /// the same file another inode after each mount.
    func wasReplaced(by other: FileIdentity) -> Bool {
        bornAt != 0 && other.bornAt != 0 && bornAt != other.bornAt
    }
}
