/// The messages around a number from which a page is made: what `messages` has of them, and whether the archive has
/// more.
struct PageSpan {
    let room: Room.ID
    let seq: Int64
    /// How many messages before the number are wanted.
    let earlier: Int
    /// How many messages from the number on are wanted.
    let later: Int
    /// Up to which number messages of the room are in the archive; 0 if none are.
    var archivedSeq: Int64 = 0
    /// The messages, oldest first: at first what `messages` has, which is as many as are wanted or all that there are.
    var found: [StoredMessage] = []
    private(set) var isFromArchive = false

    /// What to read from the archive.
    struct ArchiveNeed: Equatable {
        /// Number from which the earlier messages are not wanted.
        let below: Int64
        let earlier: Int
        let later: Int
    }

    /// Nil if `messages` has everything that is wanted. Messages that have returned from the archive are in both, so it
    /// is not enough that `messages` has as many as are wanted.
    var archiveNeed: ArchiveNeed? {
        guard archivedSeq > 0 else { return nil }
        let needsLater = later > 0 && seq <= archivedSeq
        guard needsLater || earlier > 0 && !hasAllEarlier else { return nil }
        // One earlier message at least, to see that there are some.
        return ArchiveNeed(below: min(seq, archivedSeq + 1), earlier: max(earlier, 1), later: needsLater ? later : 0)
    }

    /// Whether there is a message before the number for certain.
    var hasArchivedBefore: Bool { 0 < archivedSeq && archivedSeq < seq }

    private var hasAllEarlier: Bool {
        guard let oldest = found.first, oldest.message.seq > archivedSeq else { return false }
        return found.prefix { $0.message.seq < seq }.count >= earlier
    }

    /// A message that is in both counts as it is in `messages`.
    mutating func add(archived: [StoredMessage]) {
        isFromArchive = true
        let known = Set(found.map(\.message.seq))
        found += archived.filter { !known.contains($0.message.seq) }
        found.sort { $0.message.seq < $1.message.seq }
    }
}
