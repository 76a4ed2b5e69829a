import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("Lone surrogates in JSON", .timeLimit(.standard))
struct LoneSurrogateTests {
    private struct Text: Decodable {
        let text: String
    }

    @Test(
        "A lone surrogate becomes U+FFFD anywhere; pairs and escaped backslashes are unchanged",
        arguments: [
            (#"\ud83d"#, "\u{FFFD}"), (#"\uDE00"#, "\u{FFFD}"), (#"a\ud83db"#, "a\u{FFFD}b"),
            (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"), (#"\ude00\ud83d"#, "\u{FFFD}\u{FFFD}"),
            (#"\ud83d\ude00\ud83d"#, "😀\u{FFFD}"), (#"\ud83d\n"#, "\u{FFFD}\n"), (#"\ud83d\u0041"#, "\u{FFFD}A"),
            (#"\ud83d\\ud83d"#, #"\#u{FFFD}\ud83d"#), (#"\\\ud83d"#, #"\\#u{FFFD}"#), (#"\ud83dé"#, "\u{FFFD}é"),
        ]
    )
    func decoded(json: String, text: String) throws {
        let bytes = Data(#"{"text":"\#(json)"}"#.utf8)
        #expect(try JSONText.decode(Text.self, from: bytes).text == text)
    }

    @Test("A lone surrogate in the name of a member affects nothing else")
    func inName() throws {
        #expect(try JSONText.decode(Text.self, from: Data(#"{"\ud83d":1,"text":"a"}"#.utf8)).text == "a")
    }

    @Test(
        "Other errors are rejected as before",
        arguments: [
            #"{"text":"\ud83d"#, #"{"text":"\ud8"}"#, #"{"text":"\ud83d\x"}"#, #"{"text":"\uzzzz\ud83d"}"#, #"\"#, "",
        ]
    )
    func refused(json: String) {
        #expect(throws: DecodingError.self) { try JSONText.decode(Text.self, from: Data(json.utf8)) }
    }

    @Test(
        "Text without lone surrogates is not copied",
        arguments: [#"{"text":"\ud83d\ude00"}"#, #"{"text":"\\ud83d"}"#, ""]
    )
    func unchanged(json: String) {
        #expect(JSONText.replacingLoneSurrogates(in: Data(json.utf8)) == nil)
    }
}
