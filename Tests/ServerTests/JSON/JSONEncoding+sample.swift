import Media

@testable import Server

extension JSONEncoding {
    /// An encoding with a known signing key, for a server on which nobody is online.
    static var sample: JSONEncoding { sample(presence: Presence()) }

    static func sample(presence: Presence) -> JSONEncoding {
        guard let secret = MediaSecret(digits: String(repeating: "0f", count: 32)) else {
            preconditionFailure("64 hex digits are a secret")
        }
        return JSONEncoding(links: MediaLinks(signer: MediaSigner(secret: secret), site: ""), presence: presence)
    }
}
