import Pictures
import Vocabulary

/// The sizes of a picture that are rendered, and the file that serves each size.
struct VariantPlan: Equatable {
    /// The sizes that are rendered, largest first.
    let rendered: [VariantSize]

    /// - Parameter longestSide: pixels of the picture, upright or not.
    ///
    /// A size that would equal the next smaller one, because the picture fits into it, is not rendered.
    init(longestSide: Int) {
        let sizes = VariantSize.allCases.sorted()
        let needed = sizes.first { $0.rawValue >= longestSide } ?? .large
        rendered = sizes.filter { $0 <= needed }.reversed()
    }

    /// The size at which the picture is decoded.
    var largest: VariantSize { rendered.first ?? .large }

    /// Every size with the file that serves it, smallest first: its own, or that of the largest rendered size.
    func complete(_ files: [VariantSize: RenderedVariant]) -> [RenderedVariant] {
        VariantSize.allCases.sorted().compactMap { size in files[min(size, largest)]?.serving(size) }
    }
}
