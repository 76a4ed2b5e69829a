import Testing

@testable import Pictures

/// What the header of a picture in memory says.
func facts(_ kind: FileKind, _ bytes: [UInt8], limits: ImageLimits = ImageLimits()) throws -> ImageFacts? {
    var source = BufferedFileReader(bytes)
    return try ImageFacts(of: kind, in: &source, limits: limits)
}
