import FoundationEssentials
import Pictures
import TestSupport
import Testing

@testable import Media

@Suite(.timeLimit(.standard)) struct MediaSignerTests {
    private static let blob = "0f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    private static let now = Date(timeIntervalSince1970: 1_790_208_001)
    private static let secret = MediaSecret(digits: String(repeating: "00112233445566778899aabbccddeeff", count: 2))
    private let signer: MediaSigner

    init() throws {
        signer = MediaSigner(secret: try #require(Self.secret))
    }

    /// Signatures made with Python's hashlib and base64.
    @Test(
        "URLs are those that nginx's secure_link computes",
        arguments: [
            ("pcsygeK5063-MsG4FiKN_g", "800.jpg"), ("2ihuwKKv5krAxAVdRxAvKQ", "150.webp"),
            ("JFEcDXxR4A94v3plw06axQ", "animated.webp"),
        ]
    )
    func knownVectors(signature: String, rest: String) throws {
        let file = try #require(VariantFile(name: "\(Self.blob).\(rest)"))
        #expect(signer.url(for: file, now: Self.now) == "/media/\(signature)/1791417600/\(Self.blob).\(rest)")
        #expect(verdict(signature, rest: rest) == .valid(file))
    }

    @Test("A URL stays the same for a week and is valid for at least another")
    func period() throws {
        let file = try #require(VariantFile(name: "\(Self.blob).800.jpg"))
        let start = Date(timeIntervalSince1970: 2_960 * 604_800)
        let url = signer.url(for: file, now: start)
        #expect(signer.url(for: file, now: start + 604_799) == url)
        #expect(signer.url(for: file, now: start + 604_800) != url)
        #expect(url.contains("/\(2_962 * 604_800)/"))
    }

    @Test("URLs start with the public URL, with or without a slash at its end")
    func prefix() throws {
        let file = try #require(VariantFile(name: "\(Self.blob).800.jpg"))
        let secret = try #require(MediaSecret(digits: String(repeating: "ab", count: 32)))
        for site in ["https://chat.example", "https://chat.example/"] {
            let url = MediaSigner(secret: secret, publicURL: site).url(for: file, now: Self.now)
            #expect(url.hasPrefix("https://chat.example/media/"))
        }
    }

    @Test("A changed signature is rejected wherever the change is (I7)")
    func forged() throws {
        let file = try #require(VariantFile(name: "\(Self.blob).800.jpg"))
        let good = Array(signer.url(for: file, now: Self.now).split(separator: "/")[1])
        for index in good.indices {
            var bad = good
            bad[index] = bad[index] == "A" ? "B" : "A"
            #expect(verdict(String(bad), rest: "800.jpg") == .badSignature)
        }
    }

    @Test("A signature is valid only for its file and time (I7)")
    func otherFile() throws {
        let file = try #require(VariantFile(name: "\(Self.blob).800.jpg"))
        let signature = String(signer.url(for: file, now: Self.now).split(separator: "/")[1])
        #expect(verdict(signature, rest: "1920.jpg") == .badSignature)
        #expect(verdict(signature, rest: "800.jpg", expires: "1791417601") == .badSignature)
    }

    @Test("A valid signature expires, an invalid one is rejected before its expiry is checked")
    func expiry() throws {
        let file = try #require(VariantFile(name: "\(Self.blob).800.jpg"))
        let signature = String(signer.url(for: file, now: Self.now).split(separator: "/")[1])
        let end = Date(timeIntervalSince1970: 1_791_417_600)
        #expect(verdict(signature, rest: "800.jpg", now: end) == .valid(file))
        #expect(verdict(signature, rest: "800.jpg", now: end + 1) == .expired)
        #expect(verdict(String(repeating: "A", count: 22), rest: "800.jpg", now: end + 1) == .badSignature)
    }

    @Test("URLs of the previous key are valid until the last of them expires, and no more are signed with it")
    func previousKey() throws {
        let file = try #require(VariantFile(name: "\(Self.blob).800.jpg"))
        let signature = String(signer.url(for: file, now: Self.now).split(separator: "/")[1])
        let next = try #require(MediaSecret(digits: String(repeating: "ab", count: 32)))
        let end = MediaSigner.expiry(ofURLsFrom: Self.now)
        let both = MediaSigner(keys: MediaKeys(current: next, previous: Self.secret, previousEnd: end))
        func verdict(_ signer: MediaSigner, at time: Date) -> MediaSigner.Verdict {
            signer.verify(signature: signature, expires: "1791417600", name: file.name, now: time)
        }
        #expect(both.url(for: file, now: Self.now) == MediaSigner(secret: next).url(for: file, now: Self.now))
        #expect(verdict(both, at: Self.now) == .valid(file))
        #expect(verdict(both, at: end) == .valid(file))
        // Whoever has got hold of the old key cannot sign for later than that.
        #expect(verdict(both, at: end + 1) == .badSignature)
        #expect(verdict(MediaSigner(secret: next), at: Self.now) == .badSignature)
        signer.use(MediaKeys(current: next))
        #expect(verdict(signer, at: Self.now) == .badSignature)
    }

    @Test(
        "I7: a signature or a time in another form is a bad signature",
        arguments: [
            ("short", "1791417600"), ("AAAAAAAAAAAAAAAAAAAAAAAA", "1791417600"), ("", ""),
            ("AAAAAAAAAAAAAAAAAAAAAA", "179141760"), ("AAAAAAAAAAAAAAAAAAAAAA", "+791417600"),
        ]
    )
    func badForm(signature: String, expires: String) {
        #expect(verdict(signature, rest: "800.jpg", expires: expires) == .badSignature)
    }

    @Test(
        "A name that is not a variant's is malformed",
        arguments: [("AAAAAAAAAAAAAAAAAAAAAA", "1791417600", "801.jpg"), ("", "", "")]
    )
    func malformed(signature: String, expires: String, rest: String) {
        #expect(verdict(signature, rest: rest, expires: expires) == .malformed)
    }

    private func verdict(
        _ signature: String,
        rest: String,
        expires: String = "1791417600",
        now: Date = MediaSignerTests.now
    ) -> MediaSigner.Verdict {
        signer.verify(signature: signature, expires: expires, name: "\(Self.blob).\(rest)", now: now)
    }
}
