/// Properties of a picture, read from its header without decoding.
package struct ImageFacts: Codable, Equatable, Sendable {
    package var format: FileKind
    /// Decoded pixels, before ``orientation`` is applied.
    ///
    /// The decoder of HEIF and AVIF applies the properties for rotation, mirroring and cropping, so for them this is
    /// upright.
    package var storedWidth = 0
    /// Decoded pixels, before ``orientation`` is applied; see ``storedWidth``.
    package var storedHeight = 0
    /// The orientation of the decoded pixels: 1–8 as in EXIF 2.32, tag 0x0112; 1 is upright.
    ///
    /// Always 1 for HEIF and AVIF, in which EXIF does not affect the orientation (ISO/IEC 23008-12 section 6.5.10,
    /// annex A).
    package var orientation = 1
    /// The picture has several frames, or its format declares an animation.
    package var isAnimated = false
    /// Number of frames, 1 for a static picture; counting stops at ``FrameCounter/countLimit``.
    package var frameCount = 1
    /// Total duration of the counted frames; 0 for a static picture.
    package var durationMilliseconds = 0
    /// JPEG with scans of increasing quality.
    package var isProgressive = false
    /// JPEG with arithmetic coding, which no browser supports.
    package var isArithmetic = false
    /// Adam7 PNG.
    package var isInterlaced = false
    /// Losslessly coded, such as screenshots and drawings, whose coloured edges need better chroma.
    package var isLossless = false
    /// The file has a high dynamic range, by a gain map or a transfer function. Variants do not.
    package var hasHDR = false
    /// The picture has an alpha channel, which may be fully opaque.
    package var hasAlpha = false
    /// Bits a channel: 1–16.
    package var bitDepth = 8
    /// Number of channels including alpha: 1–4.
    package var componentCount = 3
    /// Start-of-scan markers of a JPEG; counting stops above the limit.
    package var scanCount = 0
    /// Memory for the coefficients that the decoder of a JPEG with several scans holds until the last, in bytes; 0 for
    /// other pictures.
    package var coefficientByteCount = 0

    /// The file ends within the first frame. For a JPEG only its decoder can determine that.
    package var isTruncated = false
    /// The file ends within a later frame.
    package var isIncomplete = false

    package init(format: FileKind) { self.format = format }

    /// Upright pixels.
    package var width: Int { isTurned ? storedHeight : storedWidth }
    /// Upright pixels.
    package var height: Int { isTurned ? storedWidth : storedHeight }

    package var pixelCount: Int { storedWidth.times(storedHeight) }

    var hasSize: Bool { storedWidth > 0 && storedHeight > 0 }

    /// A rotation by 90° swaps width and height.
    private var isTurned: Bool { (5...8).contains(orientation) }
}

extension ImageFacts {
    /// Parses the header of a picture.
    ///
    /// Nil when it contains no size. The result may exceed ``ImageLimits``; see ``ImageLimits/check(_:)``.
    /// - Throws: a limit on properties that are not part of the facts, such as ``ImageLimitExceeded/segmentCount(_:)``.
    package init?(
        of kind: FileKind,
        in source: inout BufferedFileReader,
        limits: ImageLimits
    ) throws(ImageLimitExceeded) {
        switch kind {
        case .jpeg:
            var header = JPEGHeader(limits: limits)
            self = try header.read(&source)
        case .png:
            var header = PNGHeader()
            self = header.read(&source)
        case .gif:
            var header = GIFHeader(limits: limits)
            self = try header.read(&source)
        case .webp:
            var header = WebPHeader()
            self = header.read(&source)
        case .heif, .avif:
            self = HEIFHeader.read(&source, as: kind)
        }
        guard hasSize else { return nil }
    }
}

extension Int {
    /// The product of two nonnegative numbers; `Int.max` if it overflows.
    func times(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

/// Counts the frames of an animation.
struct FrameCounter {
    /// Number of frames at which counting stops, beyond any real animation.
    static let countLimit = 10_000

    private(set) var count = 0
    private var milliseconds = 0

    var isFull: Bool { count == Self.countLimit }

    /// Has no effect when full.
    mutating func add(milliseconds: Int) {
        guard !isFull else { return }
        count += 1
        self.milliseconds += milliseconds
    }

    /// Sets the facts of an animation if there is more than one frame.
    func report(to facts: inout ImageFacts) {
        guard count > 1 else { return }
        facts.isAnimated = true
        facts.frameCount = count
        facts.durationMilliseconds = milliseconds
    }
}
