import Kernel
import Pictures

/// Tells what a file is from its bytes, before any decoder sees them.
package struct Inspector: Sendable {
    private let limits: ImageLimits
    private let formats: Set<FileKind>
    private let sniffer: ContentSniffer

    /// Loads libmagic's database, about 4 ms. Blocking.
    /// - Parameter formats: what the worker renders. Any other picture is a plain file of its own media type.
    /// - Throws: ``ContentSniffer/Failure``.
    package init(
        limits: ImageLimits = ImageLimits(),
        formats: Set<FileKind> = FileKind.renderedByDefault
    ) throws(ContentSniffer.Failure) {
        self.limits = limits
        self.formats = formats
        sniffer = try ContentSniffer()
    }

    /// Inspects a file in the store. Blocking.
    /// - Throws: ``FileFailure`` when it cannot be read.
    package func inspect(_ file: OpenFile) throws(FileFailure) -> Inspection {
        var source = BufferedFileReader(count: file.byteCount, fill: file.read)
        return try inspect(&source)
    }

    /// Blocking where the source is a file.
    /// - Throws: ``FileFailure`` when it cannot be read.
    package func inspect(_ source: inout BufferedFileReader) throws(FileFailure) -> Inspection {
        let inspection = judge(&source)
        // What was concluded from half a file is worth nothing.
        try source.checkReading()
        return inspection
    }

    private func judge(_ source: inout BufferedFileReader) -> Inspection {
        let head = source.bytes(at: 0, length: min(source.count, ContentSniffer.headLength)) ?? []
        let answer = sniffer.mediaType(of: head)
        guard let kind = FileKind(signature: head) else {
            let claimsPicture = FileKind.allCases.contains { $0.agrees(with: answer) }
            return .file(claimsPicture ? Inspection.unknownMediaType : answer)
        }
        guard kind.agrees(with: answer) else { return .file(Inspection.unknownMediaType) }
        let mediaType = kind == .avif ? kind.mediaType : answer
        guard formats.contains(kind) else { return Inspection(mediaType: mediaType, facts: nil, kind: kind) }
        // A header that breaks off is good enough while the size is known: the worker will say that it is undecodable.
        do {
            guard let facts = try ImageFacts(of: kind, in: &source, limits: limits) else {
                return Inspection(mediaType: mediaType, facts: nil, kind: kind, isDamaged: true)
            }
            try limits.check(facts)
            return Inspection(mediaType: mediaType, facts: facts, kind: kind)
        } catch {
            return Inspection(mediaType: mediaType, facts: nil, kind: kind, exceededLimit: error)
        }
    }
}
