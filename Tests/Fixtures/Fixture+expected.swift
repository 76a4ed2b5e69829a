import Pictures
import Vocabulary

/// The result of uploading a fixture.
package enum FixtureResult: Equatable, Sendable {
    /// A plain file of this media type.
    case file(String)
    /// A picture without a readable size.
    case damaged
    /// A plain file, because it exceeds a limit.
    case overLimit
    /// A picture that cannot be decoded.
    case failed(MediaFailureCode)
    /// A picture whose largest variant has these upright pixels.
    case ready(Int, Int, Look, isAnimated: Bool = false, isDamaged: Bool = false)
}

/// The appearance of the largest variant.
package enum Look: Equatable, Sendable {
    /// Red at the top left and green at the top right.
    case scene
    case grey
    /// Transparent.
    case clear
    case other
}

extension Fixture {
    /// For each file, with all formats enabled.
    package static let expected: [String: FixtureResult] = [
        "alpha.png": .ready(96, 64, .clear),
        "alpha.webp": .ready(96, 64, .clear),
        "clear-16.png": .ready(20, 16, .clear),
        "clear.gif": .ready(96, 64, .clear),
        "cicp-display-p3.png": .ready(300, 200, .other),
        "cmyk.jpg": .ready(96, 64, .scene),
        "code.png": .ready(1_176, 1_176, .grey),
        "corner.gif": .ready(96, 64, .clear),
        "cut-and-ended.jpg": .ready(200, 150, .grey, isDamaged: true),
        "cut-grey-profile.jpg": .ready(40, 30, .grey),
        "cut-in-half.jpg": .ready(200, 150, .grey, isDamaged: true),
        "cut-profile.jpg": .ready(96, 64, .scene),
        "cut-profile.png": .ready(96, 64, .scene),
        "cut.png": .failed(.truncated),
        "cut.webp": .failed(.truncated),
        "damaged-curve.jpg": .ready(96, 64, .scene),
        "empty.jpg": .file("application/x-empty"),
        "flipped.png": .failed(.undecodable),
        "gama-0.45455-is-the-default.png": .ready(300, 200, .grey),
        "gama-0.7-browsers-lighten.png": .ready(300, 200, .grey),
        "gps-alpha.png": .ready(96, 64, .clear),
        "gps.jpg": .ready(96, 64, .scene),
        "grey-16.png": .ready(40, 30, .grey),
        "grey-alpha.png": .ready(96, 64, .clear),
        "grey-clear.png": .ready(96, 64, .clear),
        "grey-profile.jpg": .ready(96, 64, .scene),
        "grey.jpg": .ready(96, 64, .grey),
        "header-only.jpg": .failed(.truncated),
        "huge.png": .overLimit,
        "interlaced-huge.png": .overLimit,
        "interlaced.png": .ready(96, 64, .scene),
        "last-twentieth-missing.webp": .ready(600, 400, .other, isDamaged: true),
        "light-photograph.avif": .ready(1_200, 800, .other),
        "light-photograph.webp": .ready(1_200, 800, .other),
        "linear-grey.jpg": .ready(40, 30, .grey),
        "linear-grey.png": .ready(40, 30, .grey),
        "lossless.webp": .ready(96, 64, .scene),
        "lossy.webp": .ready(96, 64, .scene),
        "many-scans.jpg": .overLimit,
        "moving-corner.gif": .ready(96, 64, .clear, isAnimated: true),
        "moving-p3.png": .ready(48, 32, .scene, isAnimated: true),
        "moving-p3.webp": .ready(48, 32, .scene, isAnimated: true),
        "moving.avif": .failed(.undecodable),
        "moving.gif": .ready(48, 32, .scene, isAnimated: true),
        "moving.png": .ready(48, 32, .scene, isAnimated: true),
        "moving.webp": .ready(48, 32, .scene, isAnimated: true),
        "no-end-marker.jpg": .ready(200, 150, .grey),
        "one-bit.png": .ready(96, 64, .grey),
        "opaque-16.png": .ready(20, 16, .other),
        "opaque-rgba.png": .ready(96, 64, .scene),
        "orientation-1.jpg": .ready(96, 64, .scene),
        "orientation-2.jpg": .ready(96, 64, .scene),
        "orientation-3.jpg": .ready(96, 64, .scene),
        "orientation-4.jpg": .ready(96, 64, .scene),
        "orientation-5.jpg": .ready(96, 64, .scene),
        "orientation-6.jpg": .ready(96, 64, .scene),
        "orientation-6.png": .ready(96, 64, .scene),
        "orientation-6.webp": .ready(96, 64, .scene),
        "orientation-7.jpg": .ready(96, 64, .scene),
        "orientation-8.jpg": .ready(96, 64, .scene),
        "p3-profile.jpg": .ready(96, 64, .scene),
        "page.jpg": .file("text/plain"),
        "palette-clear.png": .ready(96, 64, .clear),
        "phone-motion.heic": .ready(96, 64, .scene),
        "phone-progressive.jpg": .ready(96, 64, .scene),
        "phone-text-1080x2400.webp": .ready(864, 1_920, .grey),
        "phone.avif": .ready(96, 64, .scene),
        "phone.gif": .ready(48, 32, .scene, isAnimated: true),
        "phone.heic": .ready(96, 64, .scene),
        "phone.jpg": .ready(96, 64, .scene),
        "phone.png": .ready(96, 64, .scene),
        "phone.webp": .ready(96, 64, .scene),
        "photograph-progressive.jpg": .ready(1_200, 800, .other),
        "photograph.jpg": .ready(1_200, 800, .other),
        "photograph.png": .ready(240, 160, .other),
        "picture.avif": .ready(48, 32, .scene),
        "picture.heic": .ready(96, 64, .scene),
        "picture.svg": .file("image/svg+xml"),
        "picture.tiff": .file("image/tiff"),
        "plain.png": .ready(96, 64, .scene),
        "polyglot.jpg": .ready(200, 150, .grey),
        "progressive-huge.jpg": .overLimit,
        "progressive.jpg": .ready(96, 64, .scene),
        "restart.jpg": .ready(96, 64, .scene),
        "screenshot-dark-palette.png": .ready(1_440, 900, .other),
        "screenshot-light.webp": .ready(1_440, 900, .grey),
        "screenshot.png": .ready(320, 200, .clear),
        "signature-only.jpg": .damaged,
        "srgb-profile.jpg": .ready(96, 64, .scene),
        "stitched-1080x18000.png": .ready(115, 1_920, .grey),
        "sticker.webp": .ready(240, 240, .clear, isAnimated: true),
        "still.gif": .ready(96, 64, .scene),
        "text-bomb.png": .ready(8, 8, .grey),
        "text.jpg": .file("text/plain"),
        "text.png": .ready(96, 64, .scene),
        "textured.jpg": .ready(200, 150, .grey),
        "turned.avif": .ready(96, 64, .scene),
        "turned.heic": .ready(96, 64, .scene),
        "ultra-hdr.jpg": .ready(1_200, 800, .other),
        "ycck.jpg": .ready(96, 64, .scene),
    ]
}
