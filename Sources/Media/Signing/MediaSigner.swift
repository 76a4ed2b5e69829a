import FoundationEssentials
import Hashing
import Pictures
import Synchronization
import Vocabulary

/// Signs and verifies media URLs in the format of nginx's `secure_link` module.
///
///     <prefix>/media/<signature>/<expires>/<name>
///     signature = base64url(MD5("<expires> <name> <secret>"))
///
/// `<name>` is a ``VariantFile/name``.
///
/// MD5 because the module requires it; the secret comes last and the names are chosen by the server, so neither
/// collisions nor length extension help an attacker.
package final class MediaSigner: Sendable, CustomStringConvertible {
    /// How long a URL stays the same, in seconds: a week, so that browsers can cache.
    static let period = 604_800

    private let keys: Mutex<MediaKeys>
    private let prefix: String

    /// - Parameter publicURL: what comes before `/media`, without a slash at the end; nil makes site-relative URLs.
    package init(keys: MediaKeys, publicURL: String? = nil) {
        self.keys = Mutex(keys)
        let site = publicURL ?? ""
        prefix = (site.hasSuffix("/") ? String(site.dropLast()) : site) + "/media/"
    }

    package convenience init(secret: MediaSecret, publicURL: String? = nil) {
        self.init(keys: MediaKeys(current: secret), publicURL: publicURL)
    }

    /// Replaces the keys for signing and verifying.
    package func use(_ keys: MediaKeys) {
        self.keys.withLock { $0 = keys }
    }

    /// Never the key.
    package var description: String { "MediaSigner" }

    /// The URL of a variant; the same for everybody and for a week, valid for 7–14 days from `now`.
    package func url(for file: VariantFile, now: Date) -> String {
        let expires = String(Int(Self.expiry(ofURLsFrom: now).timeIntervalSince1970))
        let name = file.name
        let key = keys.withLock { $0.current }
        let signature = String(decoding: Self.signature(expires: expires, name: name, key), as: UTF8.self)
        return prefix + signature + "/" + expires + "/" + name
    }

    /// The number of the week in which `now` lies; URLs are the same within it.
    package func week(at now: Date) -> Int {
        Self.week(at: now)
    }

    private static func week(at now: Date) -> Int {
        Int(now.timeIntervalSince1970) / period
    }

    /// When the URLs expire that are made at `time`.
    static func expiry(ofURLsFrom time: Date) -> Date {
        Date(timeIntervalSince1970: Double((week(at: time) + 2) * period))
    }

    /// Verifies the last three segments of a URL path, the signature before the expiry.
    package func verify(signature: String, expires: String, name: String, now: Date) -> Verdict {
        guard let file = VariantFile(name: name) else { return .malformed }
        guard isSigned(signature, expires: expires, name: name, now: now), let seconds = Int(expires) else {
            return .badSignature
        }
        return Double(seconds) < now.timeIntervalSince1970 ? .expired : .valid(file)
    }

    private func isSigned(_ signature: String, expires: String, name: String, now: Date) -> Bool {
        let keys = keys.withLock { $0 }
        let bytes = Array(signature.utf8)
        if SecretBytes.areEqual(bytes, Self.signature(expires: expires, name: name, keys.current)) { return true }
        guard let previous = keys.previous, now <= keys.previousEnd else { return false }
        return SecretBytes.areEqual(bytes, Self.signature(expires: expires, name: name, previous))
    }

    /// The result of verifying a URL.
    package enum Verdict: Equatable, Sendable {
        case valid(VariantFile)
        /// Forged, or signed with another secret.
        case badSignature
        /// The signature is valid, but the time is over.
        case expired
        /// Names no variant.
        case malformed
    }

    private static func signature(expires: String, name: String, _ key: MediaSecret) -> [UInt8] {
        var text = [UInt8]()
        text.reserveCapacity(160)
        text.append(contentsOf: expires.utf8)
        text.append(UInt8(ascii: " "))
        text.append(contentsOf: name.utf8)
        text.append(UInt8(ascii: " "))
        text.append(contentsOf: key.digits)
        return Array(Base64URL.encode(MD5.hash(text)).utf8)
    }
}
