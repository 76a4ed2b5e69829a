/// Looks for a place from which on all colours of a JPEG are another by the same amount.
///
/// The average of each block is coded as its difference from the one before, so that a single wrong bit shifts all that
/// follows; the file is a valid JPEG all the same. It shows as a step along a line across the picture that lies at a
/// unit's upper edge up to some column, and at its lower edge before that. Nothing that people photograph or draw has
/// such an edge: of 144 encodings of photographs and screenshots none is mistaken. Where a picture is restless, a step
/// is not found.
struct ColourShift {
    /// Averages of a channel, row by row: each of a row of units, and of some columns of them.
    private let means: [Float]
    private let columnCount: Int
    private var rowCount: Int { means.count / columnCount }

    /// The least difference that is looked for, of 255.
    private static let leastStep: Float = 6
    /// Of 100 columns so many must take the step.
    private static let leastShare = 85

    init(means: [Float], columnCount: Int) {
        self.means = means
        self.columnCount = columnCount
    }

    /// Whether there is such a place.
    var isThere: Bool {
        guard rowCount >= 6, columnCount >= 12 else { return false }
        return (2..<rowCount - 2).contains { hasStep(at: $0) }
    }

    /// - Parameter row: the row of units within which the step begins.
    private func hasStep(at row: Int) -> Bool {
        let half = columnCount / 2
        return [
            median((half..<columnCount).map { curvature(above: row, $0) }),
            median((0..<half).map { curvature(above: row + 1, $0) }),
        ].contains { step in abs(step) >= Self.leastStep && hasStep(at: row, of: step) }
    }

    private func hasStep(at row: Int, of step: Float) -> Bool {
        let tolerance = abs(step) / 2
        /// Columns on the right of which the step is above the row, and on the left of which it is below.
        var above = 0
        var below = 0
        var isAbove: [Bool] = []
        var isBelow: [Bool] = []
        for column in 0..<columnCount {
            let isQuietAbove = abs(change(above: row, column) - change(above: row - 1, column)) < tolerance
            let isQuietBelow = abs(change(above: row + 1, column) - change(above: row + 2, column)) < tolerance
            isAbove.append(abs(curvature(above: row, column) - step) < tolerance && isQuietBelow)
            isBelow.append(abs(curvature(above: row + 1, column) - step) < tolerance && isQuietAbove)
            above += isAbove[column] ? 1 : 0
        }
        let margin = max(2, columnCount / 20)
        for column in 0..<columnCount - margin {
            if column >= margin, (above + below) * 100 >= Self.leastShare * columnCount { return true }
            above -= isAbove[column] ? 1 : 0
            below += isBelow[column] ? 1 : 0
        }
        return false
    }

    /// The difference to the row above.
    private func change(above row: Int, _ column: Int) -> Float {
        means[row * columnCount + column] - means[(row - 1) * columnCount + column]
    }

    /// How much more that is than between the rows next to them.
    private func curvature(above row: Int, _ column: Int) -> Float {
        let neighbours = change(above: row - 1, column) + change(above: row + 1, column)
        return change(above: row, column) - neighbours / 2
    }

    private func median(_ values: [Float]) -> Float {
        // Most rows have no step at all, which takes less to see than sorting.
        let mean = values.reduce(0, +) / Float(values.count)
        guard abs(mean) >= Self.leastStep / 3 else { return 0 }
        return values.sorted()[values.count / 2]
    }
}
