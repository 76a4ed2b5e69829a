import Foundation
import TestSupport
import Testing

@testable import Chat
@testable import Server

@Suite("JSON output", .timeLimit(.standard))
struct JSONWriterTests {
    /// The output as Foundation parses it.
    private func read(_ members: (inout JSONWriter) -> Void) throws -> NSDictionary {
        var json = JSONWriter(encoding: .sample)
        json.object(members)
        return try #require(try JSONSerialization.jsonObject(with: Data(json.bytes)) as? NSDictionary)
    }

    private func text(_ members: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter(encoding: .sample)
        json.object(members)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test(
        "Any text is parsed back unchanged",
        arguments: [
            "", "plain", "\"quoted\"", "back\\slash", "a\nb\r\tc", "\u{8}\u{C}\u{1F}\u{7F}", "grüß dich", "👩‍👩‍👧‍👦 🏳️‍🌈",
            "\u{2028}\u{2029}",
            "a\u{FEFF}b", "e\u{301}", "</script>", "\u{10FFFF}", String(repeating: "\\\"", count: 1000),
        ]
    )
    func texts(value: String) throws {
        let read = try read { $0.member("value", value) }["value"] as? String
        #expect(read.map { Array($0.utf8) } == Array(value.utf8))
    }

    @Test("Every control character is escaped")
    func controlCharacters() throws {
        for code in UInt8(0)...0x1F {
            let value = "a\(UnicodeScalar(code))b"
            let written = text { $0.member("value", value) }
            #expect(!written.utf8.contains { $0 < 0x20 })
            #expect(try read { $0.member("value", value) }["value"] as? String == value)
        }
    }

    @Test("Random texts are parsed back unchanged", arguments: 1...20 as ClosedRange<UInt64>)
    func randomTexts(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let scalars = (0..<200).compactMap { _ in UnicodeScalar(UInt32.random(in: 1...0x10FFFF, using: &random)) }
        let value = String(String.UnicodeScalarView(scalars))
        let read = try read { $0.member("value", value) }["value"] as? String
        #expect(read.map { Array($0.utf8) } == Array(value.utf8))
    }

    @Test("Integers of every size", arguments: [0, 1, -1, 9, 10, -10, 1_234_567, .max, .min] as [Int64])
    func numbers(value: Int64) {
        #expect(text { $0.member("value", value) } == "{\"value\":\(value)}")
    }

    @Test("Commas are between members and elements, and nowhere else")
    func nesting() {
        let written = text { json in
            json.member("yes", true)
            json.member("no", false)
            json.key("none")
            json.null()
            json.key("empty")
            json.array([Int]()) { $0.value($1) }
            json.key("list")
            json.array([1, 2, 3]) { $0.value($1) }
            json.key("object")
            json.object { json in
                json.key("inner")
                json.object { _ in }
                json.member("after", 1)
            }
            json.key("objects")
            json.array([1, 2]) { json, number in json.object { $0.member("n", number) } }
            json.member("maybe", ifAny: Int?.none) { $0.value($1) }
            json.member("last", ifAny: 5) { $0.value($1) }
        }
        #expect(
            written == #"{"yes":true,"no":false,"none":null,"empty":[],"list":[1,2,3],"object":{"inner":{},"after":1},"#
                + #""objects":[{"n":1},{"n":2}],"maybe":null,"last":5}"#
        )
    }

    @Test("Ids are lower-case UUIDs, hashes lower-case hex digits")
    func ids() {
        let id = Room.ID.random()
        #expect(text { $0.member("id", id) } == "{\"id\":\"\(id)\"}")
        let written = text { json in
            json.key("hash")
            json.value(hex: Data([0, 0x0A, 0xF0, 0xFF]))
        }
        #expect(written == #"{"hash":"000af0ff"}"#)
    }
}
