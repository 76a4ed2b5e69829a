import FoundationEssentials
import Kernel

/// The key for signing media URLs, and the previous one, whose URLs are valid until the last of them expires.
package struct MediaKeys: Sendable {
    package let current: MediaSecret
    package let previous: MediaSecret?
    /// When the last URL of the previous key expires.
    package let previousEnd: Date

    package init(current: MediaSecret, previous: MediaSecret? = nil, previousEnd: Date = .distantPast) {
        self.current = current
        self.previous = previous
        self.previousEnd = previousEnd
    }

    /// Reads the current key, which is created if it is missing, and the previous one, if its file exists. Blocking.
    ///
    /// The previous key was used until the file of the current one was written.
    ///
    /// - Throws: ``MediaSecret/Failure``.
    package static func load(current: String, previous: String) throws(MediaSecret.Failure) -> MediaKeys {
        let secret = try MediaSecret.load(at: current)
        do {
            guard try SystemCall.facts(previous) != nil, let facts = try SystemCall.facts(current) else {
                return MediaKeys(current: secret)
            }
            return MediaKeys(
                current: secret,
                previous: try MediaSecret.load(at: previous),
                previousEnd: MediaSigner.expiry(ofURLsFrom: facts.modifiedAt)
            )
        } catch let failure as FileFailure {
            throw .file(path: previous, failure)
        } catch let failure as MediaSecret.Failure {
            throw failure
        } catch {
            throw .garbled(path: previous)
        }
    }
}
