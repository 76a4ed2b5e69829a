/// What a picture's header says, read without decoding it.
package struct ImageFacts: Codable, Equatable, Sendable {
    package var format: FileKind
    /// Pixels, as stored: before the orientation is applied.
    package var storedWidth = 0
    /// Pixels, as stored: before the orientation is applied.
    package var storedHeight = 0
    /// How to turn it upright: 1–8 as in EXIF 2.32, tag 0x0112; 1 is upright already.
    package var orientation = 1
    package var isAnimated = false
    /// JPEG whose decoder must hold every coefficient until the last scan.
    package var isProgressive = false
    /// Adam7 PNG.
    package var isInterlaced = false
    /// Nothing was lost in coding: screenshots and drawings, whose coloured edges deserve better chroma.
    package var isLossless = false
    /// There is an alpha channel; it may be opaque all over.
    package var hasAlpha = false
    /// Bits a channel: 1–16.
    package var bitDepth = 8
    /// Channels, alpha included: 1–4.
    package var componentCount = 3
    /// Start-of-scan markers of a JPEG; counting stops above the limit.
    package var scanCount = 0
    /// What a progressive JPEG's decoder holds, in bytes.
    package var coefficientByteCount = 0

    package init(format: FileKind) { self.format = format }

    /// Upright pixels.
    package var width: Int { isTurned ? storedHeight : storedWidth }
    /// Upright pixels.
    package var height: Int { isTurned ? storedWidth : storedHeight }

    package var pixelCount: Int { storedWidth * storedHeight }

    var hasSize: Bool { storedWidth > 0 && storedHeight > 0 }

    /// A quarter turn either way swaps the sides.
    private var isTurned: Bool { (5...8).contains(orientation) }
}
