import Testing
import Vocabulary

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
