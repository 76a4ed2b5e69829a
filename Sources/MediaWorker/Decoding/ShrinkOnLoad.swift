/// The factor by which a JPEG is shrunk during decoding.
///
/// The blocks of a JPEG can be decoded at a half, a quarter or an eighth of their size for a fraction of the work.
/// libvips leaves a factor of two to its better resampling; this leaves 1.5, with which the result has a structural
/// similarity of at least 0.98 with the slow path, even for sensor noise. A smaller factor does not.
enum ShrinkOnLoad {
    private static let minimumRatio = 1.5
    /// Smallest number of rows or columns: libvips 8.14 rounds down, which matters for small numbers, and ends the
    /// process if there are none.
    private static let minimumSide = 100

    /// 1, 2, 4 or 8.
    static func factor(from size: (width: Int, height: Int), to side: Int) -> Int {
        let ratio = Double(max(size.width, size.height)) / Double(side)
        let most = min(size.width, size.height) / minimumSide
        return [8, 4, 2].first { ratio >= Double($0) * minimumRatio && $0 <= most } ?? 1
    }
}
