/// What is to be changed in a file; the rest of it stays.
struct StripEdits {
    /// Changes of one file; neighbours that both only drop are one. Real files have fewer than a hundred.
    static let countLimit = 10_000

    struct Edit: Equatable {
        /// Bytes of the file.
        let range: Range<Int>
        /// What comes in their place; nil for nothing.
        let replacement: StripPlan.Piece?
    }

    private(set) var removed: Set<RemovedMetadata> = []
    private(set) var isOverfull = false
    private var list: [Edit] = []
    private let byteCount: Int

    /// - Parameter byteCount: of the file. Ranges that go on behind its end are cut there.
    init(byteCount: Int) { self.byteCount = byteCount }

    /// In the order of the file. They must be apart from each other.
    var sorted: [Edit] { list.sorted { $0.range.lowerBound < $1.range.lowerBound } }

    /// How much longer the part of the file before `position` becomes.
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

    /// Keeps the length, so that what points into the file goes on pointing right.
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
