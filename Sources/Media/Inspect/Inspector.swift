import CMagic
import Kernel
import Pictures
import Synchronization

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

/// Determines the media type of a file with libmagic.
///
/// One database behind one lock: libmagic is not safe on two threads at once, and an answer takes microseconds.
@safe
package final class ContentSniffer: Sendable {
    /// Bytes of a file that are examined.
    fileprivate static let headLength = 65_536
    /// Longest accepted answer, in characters. RFC 6838 section 4.2 allows 127 on each side.
    private static let answerLength = 127

    /// Skips tests that decompress, that parse whole formats, and that guess about text unreliably.
    private static let flags =
        MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_ELF
        | MAGIC_NO_CHECK_ENCODING | MAGIC_NO_CHECK_TOKENS | MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_CSV

    private let cookie: Mutex<magic_t>

    package enum Failure: Error, CustomStringConvertible {
        /// libmagic's database is missing or of another version.
        case noDatabase

        package var description: String { "libmagic cannot load its database (package libmagic-mgc)" }
    }

    fileprivate init() throws(Failure) {
        guard let cookie = unsafe magic_open(Self.flags) else { throw .noDatabase }
        guard unsafe magic_load(cookie, nil) == 0 else {
            unsafe magic_close(cookie)
            throw .noDatabase
        }
        // Limits the work that a hostile file can cause; values from the hardening advice of file(1).
        _ = unsafe snug_magic_limit(cookie, MAGIC_PARAM_BYTES_MAX, Self.headLength)
        _ = unsafe snug_magic_limit(cookie, MAGIC_PARAM_INDIR_MAX, 5)
        _ = unsafe snug_magic_limit(cookie, MAGIC_PARAM_NAME_MAX, 10)
        _ = unsafe snug_magic_limit(cookie, MAGIC_PARAM_REGEX_MAX, 4096)
        unsafe self.cookie = Mutex(cookie)
    }

    deinit {
        unsafe cookie.withLock { unsafe magic_close($0) }
    }

    /// The media type of a file that starts with `head`; ``Inspection/unknownMediaType`` when libmagic gives no valid
    /// answer.
    fileprivate func mediaType(of head: [UInt8]) -> String {
        let answer = unsafe cookie.withLock { cookie in
            unsafe head.withUnsafeBytes { bytes in
                unsafe magic_buffer(cookie, bytes.baseAddress, bytes.count).map { unsafe String(cString: $0) }
            }
        }
        guard let answer, Self.isMediaType(answer) else { return Inspection.unknownMediaType }
        return answer
    }

    private static func isMediaType(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && text.utf8.count <= answerLength
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy { byte in
                        (97...122).contains(byte) || (48...57).contains(byte) || "+-._".utf8.contains(byte)
                    }
            }
    }
}
