import Kernel

/// The first names of a folder in their order, after a given one. Reads the whole folder each time, and keeps at most
/// twice the wanted number of names in memory, however many there are.
struct FolderPage {
    let names: [String]
    /// Whether further names follow.
    let hasMore: Bool

    /// Blocking.
    /// - Parameters:
    ///   - previous: only names after this one; all of them if empty.
    ///   - limit: most names; at least 1.
    ///   - isWanted: whether a name counts.
    init(
        of path: String,
        after previous: String,
        limit: Int,
        where isWanted: (String) -> Bool
    ) throws(FileFailure) {
        var names: [String] = []
        var hasMore = false
        var listing = try FolderListing(path)
        while let name = try listing.next() {
            guard name > previous, isWanted(name) else { continue }
            names.append(name)
            guard names.count == 2 * limit else { continue }
            names.sort()
            names.removeLast(limit)
            hasMore = true
        }
        names.sort()
        self.names = Array(names.prefix(limit))
        self.hasMore = hasMore || names.count > limit
    }
}
