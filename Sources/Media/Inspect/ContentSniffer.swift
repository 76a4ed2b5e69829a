import CMagic
import Synchronization

/// Determines the media type of a file with libmagic.
///
/// One database behind one lock: libmagic is not safe on two threads at once, and an answer takes microseconds.
@safe
package final class ContentSniffer: Sendable {
    /// Bytes of a file that are examined.
    static let headLength = 65_536
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

    init() throws(Failure) {
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
    func mediaType(of head: [UInt8]) -> String {
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
