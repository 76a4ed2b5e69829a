import Media

@testable import Server

extension Wire {
    /// With a fixed secret, and nobody online.
    static var sample: Wire { sample(presence: Presence()) }

    static func sample(presence: Presence) -> Wire {
        guard let secret = MediaSecret(digits: String(repeating: "0f", count: 32)) else {
            preconditionFailure("64 hex digits are a secret")
        }
        return Wire(links: MediaLinks(signer: MediaSigner(secret: secret), site: ""), presence: presence)
    }
}
