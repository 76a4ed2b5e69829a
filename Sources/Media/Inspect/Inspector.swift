import Kernel
import Pictures

/// Classifies files by their bytes, before any decoder reads them.
package struct Inspector: Sendable {
    private let limits: ImageLimits
    private let formats: Set<FileKind>
    private let sniffer: ContentSniffer

    /// Loads libmagic's database, about 4 ms. Blocking.
    /// - Parameter formats: formats that the worker renders. Other pictures are plain files of their media type.
    /// - Throws: ``ContentSniffer/Failure``.
    package init(
        limits: ImageLimits = ImageLimits(),
        formats: Set<FileKind> = FileKind.renderedByDefault
    ) throws(ContentSniffer.Failure) {
        self.limits = limits
        self.formats = formats
        sniffer = try ContentSniffer()
    }

    /// Inspects a file. Blocking.
    /// - Throws: ``FileFailure`` when it cannot be read.
    package func inspect(_ file: OpenFile) throws(FileFailure) -> Inspection {
        var source = BufferedFileReader(count: file.byteCount, fill: file.read)
        return try inspect(&source)
    }

    /// Blocking where the source is a file.
    /// - Throws: ``FileFailure`` when it cannot be read.
    package func inspect(_ source: inout BufferedFileReader) throws(FileFailure) -> Inspection {
        let inspection = classify(&source)
        // A classification from an incomplete read would be wrong.
        try source.checkReading()
        return inspection
    }

    private func classify(_ source: inout BufferedFileReader) -> Inspection {
        let head = source.bytes(at: 0, length: min(source.count, ContentSniffer.headLength)) ?? []
        let answer = sniffer.mediaType(of: head)
        guard let kind = FileKind(signature: head) else {
            let claimsPicture = FileKind.allCases.contains { $0.agrees(with: answer) }
            return .file(claimsPicture ? Inspection.unknownMediaType : answer)
        }
        guard kind.agrees(with: answer) else { return .file(Inspection.unknownMediaType) }
        let mediaType = kind == .avif ? kind.mediaType : answer
        guard formats.contains(kind) else { return Inspection(mediaType: mediaType, facts: nil, kind: kind) }
        // A truncated header is accepted as long as it has the size: the worker reports whether it can be decoded.
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

/// What a received file is.
package struct Inspection: Equatable, Sendable {
    /// `type/subtype`, determined from the bytes and never from the client.
    package let mediaType: String
    /// Set for a picture that the worker is to render; nil for any other file.
    package let facts: ImageFacts?

    /// The format of the picture, on which signature and libmagic agree, whether or not it is rendered.
    var kind: FileKind?
    /// The bytes are those of a picture without a readable size, which no decoder could use.
    package var isDamaged = false
    /// The limit that the picture exceeds; it is stored as a plain file.
    package var exceededLimit: ImageLimitExceeded?

    /// The type of a file that is unknown or ambiguous.
    package static let unknownMediaType = "application/octet-stream"

    package var isImage: Bool { facts != nil }

    static func file(_ mediaType: String) -> Inspection { Inspection(mediaType: mediaType, facts: nil) }
}
