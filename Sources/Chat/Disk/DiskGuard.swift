/// What a change needs the disk for.
package enum ChangePurpose: Sendable {
    /// Stores something new. Refused when the disk is nearly full.
    case storing
    /// Stores a file, or what belongs to one. Refused earlier than text.
    case uploading
    /// Records what the server itself has done. Small, and possible at every level.
    case maintaining
    /// Signs somebody in, without which nobody can delete. Possible at every level, with the reserve if need be.
    case signingIn
    /// Deletes something. Possible at every level, with the reserve if need be.
    case deleting

    /// Whether it is refused at a level.
    package func isRefused(at level: DiskLevel) -> Bool {
        switch self {
        case .storing: level >= .noWrites
        case .uploading: level >= .noUploads
        case .maintaining, .signingIn, .deleting: false
        }
    }

    /// Whether the reserve is released for it when the disk is full.
    package var mayUseReserve: Bool {
        switch self {
        case .signingIn, .deleting: true
        case .storing, .uploading, .maintaining: false
        }
    }
}

/// The disk of the database, as changes see it.
package protocol DiskGuard: Sendable {
    /// The level after the last measurement. Read by every change, so it must not measure.
    var level: DiskLevel { get }

    /// Frees the space that is reserved for deletions, unless that has happened already. Called when a change that may
    /// use it has found the disk full; the change is tried once more when it returns.
    func releaseReserve() async
}

/// A disk that is not watched, for programs other than the server.
package struct UnguardedDisk: DiskGuard {
    package init() {}
    package var level: DiskLevel { .ample }
    package func releaseReserve() async {}
}
