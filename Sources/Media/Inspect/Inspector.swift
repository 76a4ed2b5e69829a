/// Tells what a file is from its bytes, before any decoder sees them.
package struct Inspector: Sendable {
    private let limits: PixelLimits
    private let sniffer: ContentSniffer

    /// Loads libmagic's database, about 4 ms. Blocking.
    /// - Throws: ``ContentSniffer/Failure``.
    package init(limits: PixelLimits = PixelLimits()) throws(ContentSniffer.Failure) {
        self.limits = limits
        sniffer = try ContentSniffer()
    }

    /// Inspects a file in the store. Blocking.
    /// - Throws: ``InspectionFailure`` for a picture that is not accepted.
    package func inspect(_ file: OpenFile) throws(InspectionFailure) -> Inspection {
        var source = ByteSource(count: file.byteCount) { (try? file.read(at: $0, count: $1)) ?? [] }
        return try inspect(&source)
    }

    /// Blocking where the source is a file.
    /// - Throws: ``InspectionFailure`` for a picture that is not accepted.
    func inspect(_ source: inout ByteSource) throws(InspectionFailure) -> Inspection {
        let head = source.bytes(at: 0, length: min(source.count, ContentSniffer.headLength)) ?? []
        let answer = sniffer.mediaType(of: head)
        guard let kind = FileKind(signature: head) else {
            let claimsPicture = FileKind.allCases.contains { $0.agrees(with: answer) }
            return .file(claimsPicture ? Inspection.unknownMediaType : answer)
        }
        guard kind.agrees(with: answer) else { return .file(Inspection.unknownMediaType) }
        guard kind.isRendered else { return .file(answer) }
        return try inspect(&source, as: kind)
    }

    /// A header that breaks off is good enough while the size is known: the worker will say that it is undecodable.
    private func inspect(_ source: inout ByteSource, as kind: FileKind) throws(InspectionFailure) -> Inspection {
        let facts = try Self.facts(of: &source, as: kind, limits: limits)
        guard facts.hasSize else { return .damaged(kind) }
        do {
            try limits.check(facts)
        } catch {
            throw .pixelLimit(error)
        }
        return .image(facts)
    }

    static func facts(
        of source: inout ByteSource,
        as kind: FileKind,
        limits: PixelLimits
    ) throws(InspectionFailure) -> ImageFacts {
        switch kind {
        case .jpeg:
            var header = JPEGHeader(scanLimit: limits.scanCount)
            return header.read(&source)
        case .png:
            var header = PNGHeader(inflatedLimit: limits.inflatedByteCount)
            return try header.read(&source)
        case .gif: return GIFHeader.read(&source)
        case .webp: return WebPHeader.read(&source)
        case .heif, .avif: return ImageFacts(format: kind)
        }
    }
}
