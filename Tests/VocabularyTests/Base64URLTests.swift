import Testing
import Vocabulary

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
