/// How to copy a file without its metadata: the ranges that are kept, and the bytes in between.
package struct StripPlan: Equatable, Sendable {
    package enum Piece: Equatable, Sendable {
        /// Copies a range of the file.
        case keep(Range<Int>)
        case insert([UInt8])
        /// Repeats a byte.
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

    /// In the order of the new file.
    package let pieces: [Piece]
    /// Sorted, each once, never empty.
    package let removed: [RemovedMetadata]

    /// Bytes of the new file.
    package var byteCount: Int { pieces.reduce(0) { $0 + $1.byteCount } }

    /// Nil when no edit removes anything, so that the file remains unchanged.
    /// - Parameter byteCount: bytes of the original file.
    /// - Throws: ``ImageLimitExceeded/segmentCount(_:)`` when there are too many edits.
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

/// The changes of a file.
struct StripEdits {
    /// Most changes of one file; adjacent removals count as one. Real files have fewer than a hundred.
    static let countLimit = 10_000

    struct Edit: Equatable {
        /// The replaced bytes of the file.
        let range: Range<Int>
        /// Nil to remove them.
        let replacement: StripPlan.Piece?
    }

    private(set) var removed: Set<RemovedMetadata> = []
    private(set) var isOverfull = false
    private var list: [Edit] = []
    private let byteCount: Int

    /// - Parameter byteCount: bytes of the file; ranges are clamped to it.
    init(byteCount: Int) { self.byteCount = byteCount }

    /// In the order of the file. Edits must not overlap.
    var sorted: [Edit] { list.sorted { $0.range.lowerBound < $1.range.lowerBound } }

    /// The change in length of the part before `position`.
    func growth(before position: Int) -> Int {
        list.reduce(0) { sum, edit in
            edit.range.lowerBound < position ? sum + (edit.replacement?.byteCount ?? 0) - edit.range.count : sum
        }
    }

    mutating func add(_ others: StripEdits) {
        removed.formUnion(others.removed)
        isOverfull = isOverfull || others.isOverfull
        for edit in others.list { append(edit) }
    }

    mutating func drop(_ range: Range<Int>, _ removed: Set<RemovedMetadata>) {
        let range = range.clamped(to: 0..<byteCount)
        guard !range.isEmpty else { return }
        self.removed.formUnion(removed)
        if let last = list.last, last.replacement == nil, last.range.upperBound == range.lowerBound {
            list[list.count - 1] = Edit(range: last.range.lowerBound..<range.upperBound, replacement: nil)
        } else {
            append(Edit(range: range, replacement: nil))
        }
    }

    mutating func replace(_ range: Range<Int>, with bytes: [UInt8], _ removed: Set<RemovedMetadata> = []) {
        self.removed.formUnion(removed)
        append(Edit(range: range.clamped(to: 0..<byteCount), replacement: .insert(bytes)))
    }

    /// Keeps the length, so that offsets into the file remain valid.
    mutating func fill(_ range: Range<Int>, with byte: UInt8, _ removed: Set<RemovedMetadata>) {
        let range = range.clamped(to: 0..<byteCount)
        guard !range.isEmpty else { return }
        self.removed.formUnion(removed)
        append(Edit(range: range, replacement: .fill(byte, count: range.count)))
    }

    private mutating func append(_ edit: Edit) {
        guard list.count < Self.countLimit else {
            isOverfull = true
            return
        }
        list.append(edit)
    }
}
