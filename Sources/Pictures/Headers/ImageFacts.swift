/// What a picture's header says, read without decoding it.
package struct ImageFacts: Codable, Equatable, Sendable {
    package var format: FileKind
    /// Pixels as they leave the decoder, before ``orientation`` is applied.
    ///
    /// The decoder of HEIF and AVIF turns, mirrors and crops by itself, as their properties tell it, so for them this
    /// is upright.
    package var storedWidth = 0
    /// Pixels as they leave the decoder, before ``orientation`` is applied; see ``storedWidth``.
    package var storedHeight = 0
    /// How to turn what the decoder gives upright: 1–8 as in EXIF 2.32, tag 0x0112; 1 is upright already.
    ///
    /// Always 1 for HEIF and AVIF: EXIF in them does not turn anything (ISO/IEC 23008-12 section 6.5.10, annex A).
    package var orientation = 1
    /// More than one frame is shown, or the format says that it is an animation.
    package var isAnimated = false
    /// Frames, 1 for a still; counting stops at ``FrameCounter/countLimit``, so that one means "or more".
    package var frameCount = 1
    /// How long the counted frames are shown in one turn; 0 for a still.
    package var durationMilliseconds = 0
    /// JPEG that comes in scans of growing quality.
    package var isProgressive = false
    /// JPEG with arithmetic coding, which no browser shows.
    package var isArithmetic = false
    /// Adam7 PNG.
    package var isInterlaced = false
    /// Nothing was lost in coding: screenshots and drawings, whose coloured edges deserve better chroma.
    package var isLossless = false
    /// The file says how the picture looks on a display that is brighter than paper: by a gain map, or by a curve for
    /// high dynamic range. Variants do not.
    package var hasHDR = false
    /// There is an alpha channel; it may be opaque all over.
    package var hasAlpha = false
    /// Bits a channel: 1–16.
    package var bitDepth = 8
    /// Channels, alpha included: 1–4.
    package var componentCount = 3
    /// Start-of-scan markers of a JPEG; counting stops above the limit.
    package var scanCount = 0
    /// Coefficients that the decoder of a progressive or multi-scan JPEG holds until the last scan, in bytes; 0 for any
    /// other picture.
    package var coefficientByteCount = 0

    /// The file ends before the first frame does. Of a JPEG only its decoder can tell.
    package var isTruncated = false
    /// The file ends before some later frame does.
    package var isIncomplete = false

    package init(format: FileKind) { self.format = format }

    /// Upright pixels.
    package var width: Int { isTurned ? storedHeight : storedWidth }
    /// Upright pixels.
    package var height: Int { isTurned ? storedWidth : storedHeight }

    package var pixelCount: Int { storedWidth.times(storedHeight) }

    var hasSize: Bool { storedWidth > 0 && storedHeight > 0 }

    /// A quarter turn either way swaps the sides.
    private var isTurned: Bool { (5...8).contains(orientation) }
}
