import CVips
import Pictures

/// Why libvips refused an operation.
struct VipsFailure: Error, Equatable, CustomStringConvertible {
    /// libvips' own words, for the log; never shown to a client.
    let description: String

    init(description: String) { self.description = description }

    /// Takes and clears the process-wide error text in one step.
    init(doing operation: String) {
        description = "\(operation): \(Self.takeText() ?? "no reason given")"
    }

    /// The failure of an operation that claims to have worked: when memory runs out or a JPEG breaks off in the middle,
    /// libvips 8.14 returns wrong pixels as a success, and only its error text tells.
    static func hidden(in operation: String, _ strictness: Picture.Strictness = .truncated) -> VipsFailure? {
        guard let text = takeText() else { return nil }
        let failure = VipsFailure(description: "\(operation): \(text)")
        let isFatal = failure.code == .outOfMemory || !strictness.ignoresWarnings && failure.tellsOfWrongPixels
        return isFatal ? failure : nil
    }

    /// Clears what an operation has left behind whose failure did not matter: the next one would be held to it.
    static func forget() { vips_error_clear() }

    /// libjpeg has filled with grey what it could not read, or has coded bytes left. Bytes too many between segments of
    /// the header, of which it would say the same, are told when that is read (``PictureHeader``).
    private var tellsOfWrongPixels: Bool { description.lowercased().contains("corrupt jpeg data") }

    /// Takes the error text, and says whether libjpeg has passed over bytes between segments.
    static func takeExtraneousBytes() -> Bool { takeText()?.contains("extraneous bytes") ?? false }

    /// The embedded colour profile is at fault, and not the pixels: libvips finds it unfit, or lcms cannot use it.
    var isOfProfile: Bool { description.contains("input profile") || description.contains("VipsIcc") }

    /// What the client may know, by the words of libvips and libjpeg. Whether a file is cut off is not for them to say:
    /// one wrong byte makes a decoder run out of data as well.
    var code: RenderFailure.Code {
        let text = description.lowercased()
        func mentions(_ words: [String]) -> Bool { words.contains { text.contains($0) } }
        if mentions(["out of memory", "insufficient memory"]) { return .outOfMemory }
        // libjpeg's words when its cap on memory is reached.
        if mentions(["backing store not supported"]) { return .tooComplex }
        return .undecodable
    }

    private static func takeText() -> String? {
        guard let text = vips_error_buffer_copy() else { return nil }
        defer { g_free(text) }
        return text.pointee == 0 ? nil : String(cString: text)
    }
}
