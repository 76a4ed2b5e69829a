/// What the free space of a disk still allows. Each level forbids what the levels before it forbid, and more.
package enum DiskLevel: Int, Sendable, Comparable, CaseIterable {
    /// Everything is allowed.
    case ample
    /// Everything is allowed, and the operator is warned.
    case low
    /// Uploads are refused.
    case noUploads
    /// Only reads, deletions and signing in are allowed.
    case noWrites

    package static func < (left: DiskLevel, right: DiskLevel) -> Bool { left.rawValue < right.rawValue }
}

/// Decides the level of one disk from its free space. Pure: measurements are passed in.
///
/// A level is left only with a margin, so that a disk at a threshold does not change its level with every file.
package struct DiskPressure: Sendable {
    /// Free space below which each level begins. Those that are not off must be in order.
    package struct Thresholds: Sendable, Equatable {
        package var warning = Percentage(tenths: 100)
        package var uploads = Percentage(tenths: 50)
        package var writes = Percentage(tenths: 20)

        package init() {}

        /// Whether each threshold that is not off is at most as high as those before it.
        package var areInOrder: Bool {
            let given = [warning, uploads, writes].filter { !$0.isOff }
            return zip(given, given.dropFirst()).allSatisfy { $0 >= $1 }
        }

        /// From the severest level down.
        fileprivate var levels: [(level: DiskLevel, threshold: Percentage)] {
            [(.noWrites, writes), (.noUploads, uploads), (.low, warning)]
        }
    }

    package private(set) var level = DiskLevel.ample
    private let thresholds: Thresholds
    /// Whether a change has found the disk full, and the reserve has not been made again.
    private var isExhausted = false

    package init(_ thresholds: Thresholds = Thresholds()) {
        self.thresholds = thresholds
    }

    /// Decides the level after a measurement.
    ///
    /// - Parameters:
    ///   - free: Bytes that the server may still use.
    ///   - total: Size of the file system in bytes.
    package mutating func measured(free: Int, total: Int) {
        guard !isExhausted else { return }
        level = thresholds.levels.first { isReached($0.level, $0.threshold, free: free, total: total) }?.level ?? .ample
    }

    /// A deletion has found the disk full, and the reserve was released for it. Nothing else may use that space, so no
    /// measurement ends this.
    package mutating func exhausted() {
        isExhausted = true
        level = .noWrites
    }

    /// The reserve was made again.
    package mutating func replenished() {
        isExhausted = false
    }

    private func isReached(_ level: DiskLevel, _ threshold: Percentage, free: Int, total: Int) -> Bool {
        guard !threshold.isOff else { return false }
        let isLeaving = level <= self.level
        return free < threshold.part(of: total) + (isLeaving ? threshold.margin.part(of: total) : 0)
    }
}

/// A percentage with one decimal, such as 5 or 0.5.
package struct Percentage: Sendable, Equatable, Comparable, CustomStringConvertible {
    package static let range = 0.0...50.0

    /// Tenths of a percent; 0 is off.
    package let tenths: Int

    package init(tenths: Int) {
        self.tenths = tenths
    }

    /// `off`, or a number from 0 to 50 with at most one decimal; nil for any other text.
    package init?(_ text: String) {
        guard text != "off" else {
            self.init(tenths: 0)
            return
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.utf8.allSatisfy(Self.isDigit) }),
            let whole = Int(parts[0]), let decimal = parts.count == 2 ? Int(parts[1]) : 0,
            parts.count == 1 || parts[1].utf8.count == 1, Self.range.contains(Double(whole) + Double(decimal) / 10)
        else { return nil }
        self.init(tenths: whole * 10 + decimal)
    }

    package var isOff: Bool { tenths == 0 }

    /// How far above a threshold the free space must be before its level is left: a quarter of it, at most one percent.
    fileprivate var margin: Percentage { Percentage(tenths: min(max(tenths / 4, 1), 10)) }

    package static func < (left: Percentage, right: Percentage) -> Bool { left.tenths < right.tenths }

    package var description: String {
        guard !isOff else { return "off" }
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// Divided first, so that the size of no disk overflows.
    package func part(of total: Int) -> Int { total / 1000 * tenths + total % 1000 * tenths / 1000 }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
