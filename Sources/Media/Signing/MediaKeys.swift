import FoundationEssentials
import Kernel

/// The key that media URLs are signed with, and the one before it, whose URLs count until the last of them has expired.
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

    /// Reads the key, which is made where there is none, and the previous one, if its file is there. Blocking.
    ///
    /// The previous key was in use until the file of the current one was written.
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
