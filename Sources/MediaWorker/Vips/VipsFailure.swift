import CVips
import Vocabulary

/// Why libvips refused an operation.
struct VipsFailure: Error, Equatable, CustomStringConvertible {
    /// The error text of libvips, for the log; never sent to a client.
    let description: String

    init(description: String) { self.description = description }

    /// Reads and clears the process-wide error text atomically.
    init(doing operation: String) {
        description = "\(operation): \(Self.takeText() ?? "no reason given")"
    }

    /// The failure of an operation that returned success: when memory runs out or a JPEG is truncated, libvips 8.14
    /// returns wrong pixels, and only its error text reveals it.
    static func hidden(in operation: String, _ strictness: Picture.Strictness = .truncated) -> VipsFailure? {
        guard let text = takeText() else { return nil }
        let failure = VipsFailure(description: "\(operation): \(text)")
        let isFatal = failure.code == .outOfMemory || !strictness.ignoresWarnings && failure.indicatesWrongPixels
        return isFatal ? failure : nil
    }

    /// Clears the error text of an ignored failure, which would otherwise be attributed to the next operation.
    static func clear() { vips_error_clear() }

    /// libjpeg has filled unreadable parts with grey, or has coded bytes left. It has the same warning for extraneous
    /// bytes between the segments of the header, which ``PictureHeader`` detects.
    private var indicatesWrongPixels: Bool { description.lowercased().contains("corrupt jpeg data") }

    /// Clears the error text, and returns whether libjpeg has skipped bytes between segments.
    static func takeExtraneousBytes() -> Bool { takeText()?.contains("extraneous bytes") ?? false }

    /// The embedded colour profile is at fault and not the pixels: it is unsuitable, or lcms cannot use it.
    var isOfProfile: Bool { description.contains("input profile") || description.contains("VipsIcc") }

    /// The code for the client, by the error texts of libvips and libjpeg. They cannot distinguish truncated files: a
    /// single wrong byte can also make a decoder run out of data.
    var code: MediaFailureCode {
        let text = description.lowercased()
        func mentions(_ words: [String]) -> Bool { words.contains { text.contains($0) } }
        if mentions(["out of memory", "insufficient memory"]) { return .outOfMemory }
        // The error of libjpeg when its memory limit is reached.
        if mentions(["backing store not supported"]) { return .tooComplex }
        return .undecodable
    }

    private static func takeText() -> String? {
        guard let text = vips_error_buffer_copy() else { return nil }
        defer { g_free(text) }
        return text.pointee == 0 ? nil : String(cString: text)
    }
}
