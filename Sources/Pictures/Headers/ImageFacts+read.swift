extension ImageFacts {
    /// Reads a picture's header.
    ///
    /// Nil when it does not tell the size. What it says may still be more than ``ImageLimits/check(_:)`` allows.
    /// - Throws: a limit on what is nowhere in the facts, such as ``ImageLimitExceeded/segmentCount(_:)``.
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
