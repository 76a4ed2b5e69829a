/// How to make a file without metadata from one with: which bytes go over as they are, and what comes between.
package struct StripPlan: Equatable, Sendable {
    package enum Piece: Equatable, Sendable {
        /// Bytes of the file.
        case keep(Range<Int>)
        case insert([UInt8])
        /// One byte, that many times.
        case fill(UInt8, count: Int)

        /// Bytes of the new file.
        var byteCount: Int {
            switch self {
            case .keep(let range): range.count
            case .insert(let bytes): bytes.count
            case .fill(_, let count): count
            }
        }
    }

    /// In the order in which they make the new file.
    package let pieces: [Piece]
    /// Sorted, each once, never empty.
    package let removed: [RemovedMetadata]

    /// Bytes of the new file.
    package var byteCount: Int { pieces.reduce(0) { $0 + $1.byteCount } }

    /// Nil when no edit removes anything: then the file stays as it came, byte for byte.
    /// - Parameter byteCount: of the file that the edits are of.
    /// - Throws: ``ImageLimitExceeded/segmentCount(_:)`` when there are more of them than fit.
    init?(_ edits: StripEdits, byteCount: Int) throws(ImageLimitExceeded) {
        guard !edits.isOverfull else { throw .segmentCount(StripEdits.countLimit) }
        guard !edits.removed.isEmpty else { return nil }
        var pieces: [Piece] = []
        var position = 0
        for edit in edits.sorted {
            if position < edit.range.lowerBound { pieces.append(.keep(position..<edit.range.lowerBound)) }
            if let piece = edit.replacement { pieces.append(piece) }
            position = edit.range.upperBound
        }
        if position < byteCount { pieces.append(.keep(position..<byteCount)) }
        self.pieces = pieces
        removed = edits.removed.sorted()
    }
}
