/// The requested part of a file (RFC 9110 section 14).
enum ByteRange: Equatable {
    /// There is no range, or it may be ignored.
    case whole
    case part(ClosedRange<Int>)
    /// The range is beyond the end of the file.
    case unsatisfiable

    /// Parses a `Range` header. Several ranges in one header select the whole file, as the RFC allows.
    init(_ header: String?, size: Int) {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else {
            self = .whole
            return
        }
        let sides = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard sides.count == 2, sides.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            self = .whole
            return
        }
        switch (Int(sides[0]), Int(sides[1])) {
        case (let first?, let last?) where first <= last: self = Self.clamp(first, last, size)
        case (let first?, nil) where sides[1].isEmpty: self = Self.clamp(first, size - 1, size)
        case (nil, let count?) where sides[0].isEmpty: self = Self.clamp(max(size - count, 0), size - 1, size)
        default: self = .whole
        }
    }

    private static func clamp(_ first: Int, _ last: Int, _ size: Int) -> ByteRange {
        let last = min(last, size - 1)
        return first <= last ? .part(first...last) : .unsatisfiable
    }
}
