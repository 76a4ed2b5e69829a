import CVips
import Media

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
    static func hidden(in operation: String) -> VipsFailure? {
        guard let text = takeText() else { return nil }
        let failure = VipsFailure(description: "\(operation): \(text)")
        return failure.code == .outOfMemory || failure.tellsOfLostPixels ? failure : nil
    }

    /// Clears what an operation has left behind whose failure did not matter: the next one would be held to it.
    static func forget() { vips_error_clear() }

    /// libjpeg has filled with grey what it could not read. Bytes too many between its segments cost no pixels.
    private var tellsOfLostPixels: Bool {
        description.lowercased().split(separator: "\n").contains { line in
            line.contains("corrupt jpeg data") && !line.contains("extraneous")
        }
    }

    /// The embedded colour profile is at fault, and not the pixels: libvips finds it unfit, or lcms cannot use it.
    var isOfProfile: Bool { description.contains("input profile") || description.contains("VipsIcc") }

    /// What the client may know, by the words of libvips, libjpeg, libpng and libwebp.
    var code: RenderFailure.Code {
        let text = description.lowercased()
        func mentions(_ words: [String]) -> Bool { words.contains { text.contains($0) } }
        if mentions(["out of memory", "insufficient memory"]) { return .outOfMemory }
        // libjpeg's words when its cap on memory is reached.
        if mentions(["backing store not supported"]) { return .tooComplex }
        if mentions(["premature end", "truncated", "unexpected end", "end of file", "not enough data"]) {
            return .truncated
        }
        return .undecodable
    }

    private static func takeText() -> String? {
        guard let text = vips_error_buffer_copy() else { return nil }
        defer { g_free(text) }
        return text.pointee == 0 ? nil : String(cString: text)
    }
}
