/// How far a JPEG is shrunk while it is decoded.
///
/// A JPEG's blocks can be decoded at a half, a quarter or an eighth for a fraction of the work. libvips leaves a factor
/// of two to its own, better, resampling; this leaves one and a half. Against the slow path the pictures are the same to
/// a structural similarity of 0.98 and more, of sensor noise too; with less than one and a half they are not.
enum ShrinkOnLoad {
    private static let least = 1.5
    /// Rows or columns that are left at least: libvips 8.14 rounds down, and what that cuts off counts where there are
    /// few. Of none at all it would end the process.
    private static let fewest = 100

    /// 1, 2, 4 or 8.
    static func factor(from size: (width: Int, height: Int), to side: Int) -> Int {
        let ratio = Double(max(size.width, size.height)) / Double(side)
        let most = min(size.width, size.height) / fewest
        return [8, 4, 2].first { ratio >= Double($0) * least && $0 <= most } ?? 1
    }
}
