/// A 3×3 matrix that converts linear colours.
struct ColourMatrix {
    /// Row by row.
    let rows: [[Double]]

    /// The white point of profiles (ICC.1:2022 section 7.2.16).
    static let d50 = [0.9642, 1.0, 0.8249]
    /// The Bradford matrix from XYZ to cone responses (ICC.1:2022 annex E.3).
    private static let bradford = ColourMatrix(rows: [
        [0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296],
    ])

    var columns: [[Double]] { (0..<3).map { column in rows.map { $0[column] } } }

    /// From red, green and blue to XYZ with a D50 white point; nil for invalid primaries.
    static func toD50(_ primaries: ColourSpace.Primaries) -> ColourMatrix? {
        let points = [primaries.red, primaries.green, primaries.blue].map(xyz)
        let white = xyz(primaries.white)
        let colours = ColourMatrix(rows: (0..<3).map { row in points.map { $0[row] } })
        guard let shares = colours.inverse.map({ $0 * white }), let back = bradford.inverse else { return nil }
        let (from, to) = (bradford * white, bradford * d50)
        let scale: [Double] = (0..<3).map { to[$0] / from[$0] }
        let adapted = ColourMatrix(rows: (0..<3).map { row in (0..<3).map { row == $0 ? scale[row] : 0 } })
        let scaled = ColourMatrix(rows: colours.rows.map { row in zip(row, shares).map(*) })
        let result = back * (adapted * (bradford * scaled))
        return result.rows.joined().allSatisfy { $0.isFinite && abs($0) < 1_000 } ? result : nil
    }

    private static func xyz(_ point: ColourSpace.Primaries.Point) -> [Double] {
        let z: Double = 1 - point.x - point.y
        return [point.x / point.y, 1, z / point.y]
    }

    static func * (matrix: ColourMatrix, vector: [Double]) -> [Double] {
        matrix.rows.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    static func * (one: ColourMatrix, other: ColourMatrix) -> ColourMatrix {
        let columns = other.columns.map { one * $0 }
        return ColourMatrix(rows: (0..<3).map { row in columns.map { $0[row] } })
    }

    /// Nil if the matrix is not invertible.
    private var inverse: ColourMatrix? {
        func minor(_ row: Int, _ column: Int) -> Double {
            let (r1, r2, c1, c2) = ((row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3)
            return rows[r1][c1] * rows[r2][c2] - rows[r1][c2] * rows[r2][c1]
        }
        let determinant = (0..<3).reduce(0) { $0 + rows[0][$1] * minor(0, $1) }
        guard determinant.isFinite, abs(determinant) > 1e-9 else { return nil }
        return ColourMatrix(rows: (0..<3).map { row in (0..<3).map { minor($0, row) / determinant } })
    }
}
