import Testing

@testable import Hashing

@Suite("Hashes", .timeLimit(.minutes(30)))
struct HashingTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test(
        "SHA-256 of the examples of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func sha256(text: String, hash: String) {
        #expect(hex(SHA256.hash(Array(text.utf8))) == hash)
    }

    @Test("A hash is the same however its bytes arrive", arguments: [1, 7, 64, 1000])
    func pieces(length: Int) {
        let bytes = (0..<1000).map { UInt8($0 % 251) }
        let hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: length) {
            hash.update(Array(bytes[start..<min(start + length, bytes.count)]))
        }
        #expect(hash.finalize() == SHA256.hash(bytes))
    }

    @Test(
        "MD5 of the examples of RFC 1321, appendix A.5",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ]
    )
    func md5(text: String, hash: String) {
        #expect(hex(MD5.hash(Array(text.utf8))) == hash)
    }

    /// Inputs and outputs of RFC 7914, section 12.
    @Test(
        "scrypt of the examples of RFC 7914",
        arguments: [
            ("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"),
            ("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"),
            (
                "pleaseletmein", "SodiumChloride", 16384, 8, 1,
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            ),
        ]
    )
    func scrypt(password: String, salt: String, rounds: Int, blockSize: Int, parallelism: Int, key: String) throws {
        let derived = try Scrypt.key(
            of: password,
            salt: Array(salt.utf8),
            rounds: rounds,
            blockSize: blockSize,
            parallelism: parallelism,
            byteCount: 32
        )
        #expect(hex(derived) == key)
    }

    @Test("Parameters that scrypt does not allow are an error, such as rounds that are not a power of two")
    func scryptParameters() {
        #expect(throws: Scrypt.Failure.self) {
            try Scrypt.key(of: "password", salt: [1], rounds: 15, blockSize: 8, parallelism: 1, byteCount: 32)
        }
    }

    @Test("Random bytes have the length that was asked for and do not repeat")
    func random() {
        #expect(SecretBytes.random(32).count == 32)
        #expect(SecretBytes.random(32) != SecretBytes.random(32))
    }

    @Test("Secrets are equal only where all bytes are")
    func equality() {
        #expect(SecretBytes.areEqual([], []))
        #expect(SecretBytes.areEqual([1, 2], [1, 2]))
        #expect(!SecretBytes.areEqual([1, 2], [1, 3]))
        #expect(!SecretBytes.areEqual([1, 2], [1]))
    }
}
