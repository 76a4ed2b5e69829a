import FoundationEssentials
import Testing
import Vocabulary

@Suite(.timeLimit(.minutes(30))) struct IdentifierTests {
    @Test("An id reads back what it writes, lower case")
    func roundTrip() throws {
        let id = BlobID.random()
        #expect(BlobID(id.description) == id)
        #expect(id.description == id.uuid.uuidString.lowercased())
    }

    @Test(
        "Anything but the canonical form is no id",
        arguments: [
            "", "x", "0F9619FF-8B86-4D01-B42D-00CF4FC964FF", "0f9619ff8b864d01b42d00cf4fc964ff",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964f", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff ",
            "{0f9619ff-8b86-4d01-b42d-00cf4fc964f", "../../../etc/passwd-0000-000000000000",
        ]
    )
    func strict(text: String) {
        #expect(BlobID(text) == nil)
    }

    @Test("An id is a plain string in JSON")
    func json() throws {
        let id = BlobID.random()
        let data = try JSONEncoder().encode([id])
        #expect(String(decoding: data, as: UTF8.self) == "[\"\(id)\"]")
        #expect(try JSONDecoder().decode([BlobID].self, from: data) == [id])
    }
}

@Suite(.timeLimit(.minutes(30))) struct HexTests {
    @Test("Bytes read back from what they are written as")
    func roundTrip() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hex.lowercase([0x00, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
        #expect(Hex.bytes(Hex.lowercase(bytes)) == bytes)
        #expect(Hex.bytes("") == [])
    }

    @Test(
        "Half a byte, upper case and anything else is none",
        arguments: ["0", "000", "0G", "FF", "0x00", " 00", "00 ", "é0", "/0", ":0", "`0"]
    )
    func strict(text: String) {
        #expect(Hex.bytes(text) == nil)
    }
}

@Suite(.timeLimit(.minutes(30))) struct Base64URLTests {
    @Test(
        "Bytes of any count read back from what they are written as",
        arguments: [
            ([], ""), ([0x66], "Zg"), ([0x66, 0x6F], "Zm8"), ([0x66, 0x6F, 0x6F], "Zm9v"),
            ([0xFB, 0xFF, 0xFE], "-__-"),
        ] as [([UInt8], String)]
    )
    func roundTrip(bytes: [UInt8], text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.decode(text) == bytes)
    }

    @Test(
        "Padding, the other alphabet, a length that no bytes have, and anything else is none",
        arguments: ["Zg==", "+//+", "Z", "Zm9vZ", "Zm9v\n", "Zm 9v", "Zm9é"]
    )
    func strict(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
