import Crypto
import FoundationEssentials

/// Makes and checks media URLs, in the form that nginx's `secure_link` module checks as well.
///
///     <prefix>/media/<signature>/<expires>/<name>
///     signature = base64url(MD5("<expires> <name> <secret>"))
///
/// `<name>` is a ``VariantFile/name``.
///
/// MD5 because that is what the module computes; the secret comes last and the names are ours, so neither collisions
/// nor length extension help a forger.
package struct MediaSigner: Sendable, CustomStringConvertible {
    /// How long a URL stays the same, in seconds: a week, so that browsers' caches work.
    static let period = 604_800

    private let suffix: [UInt8]
    private let prefix: String

    /// - Parameter publicURL: what comes before `/media`, without a slash at the end; nil makes site-relative URLs.
    package init(secret: MediaSecret, publicURL: String? = nil) {
        suffix = [UInt8(ascii: " ")] + secret.digits
        let site = publicURL ?? ""
        prefix = (site.hasSuffix("/") ? String(site.dropLast()) : site) + "/media/"
    }

    /// Never the key.
    package var description: String { "MediaSigner" }

    /// The URL of a variant; the same for everybody and for a week, valid for 7–14 days from `now`.
    package func url(for file: VariantFile, now: Date) -> String {
        let expires = String((week(at: now) + 2) * Self.period)
        let name = file.name
        let signature = String(decoding: signature(expires: expires, name: name), as: UTF8.self)
        return prefix + signature + "/" + expires + "/" + name
    }

    /// The number of the week in which `now` lies; URLs are the same within it.
    package func week(at now: Date) -> Int {
        Int(now.timeIntervalSince1970) / Self.period
    }

    /// Checks the three last segments of a URL's path, the signature before anything else is told apart.
    package func verify(signature: String, expires: String, name: String, now: Date) -> Verdict {
        guard let file = VariantFile(name: name) else { return .malformed }
        guard Self.areEqual(Array(signature.utf8), self.signature(expires: expires, name: name)),
            let seconds = Int(expires)
        else { return .badSignature }
        return Double(seconds) < now.timeIntervalSince1970 ? .expired : .valid(file)
    }

    /// What a URL is worth.
    package enum Verdict: Equatable, Sendable {
        case valid(VariantFile)
        /// Forged, or signed with another secret.
        case badSignature
        /// Was valid until its time ran out.
        case expired
        /// Names no variant.
        case malformed
    }

    private func signature(expires: String, name: String) -> [UInt8] {
        var text = [UInt8]()
        text.reserveCapacity(160)
        text.append(contentsOf: expires.utf8)
        text.append(UInt8(ascii: " "))
        text.append(contentsOf: name.utf8)
        text.append(contentsOf: suffix)
        return Base64URL.encode(Insecure.MD5.hash(data: text))
    }

    /// Takes the same time wherever the difference is, so that a signature cannot be guessed byte by byte.
    private static func areEqual(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
        guard lhs.count == rhs.count else { return false }
        var difference: UInt8 = 0
        for index in lhs.indices { difference |= lhs[index] ^ rhs[index] }
        return difference == 0
    }
}
