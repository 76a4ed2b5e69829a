import TestSupport
import Testing

@testable import Server

@Suite("Byte ranges", .timeLimit(.standard))
struct ByteRangeTests {
    @Test(
        "Satisfiable ranges",
        arguments: [
            ("bytes=0-0", 0...0), ("bytes=0-9", 0...9), ("bytes=5-", 5...9), ("bytes=9-", 9...9),
            ("bytes=2-100", 2...9),
            ("bytes=-1", 9...9), ("bytes=-10", 0...9), ("bytes=-100", 0...9),
            ("bytes=0-99999999999999999999", 0...9), ("bytes=-99999999999999999999", 0...9),
        ]
    )
    func part(header: String, range: ClosedRange<Int>) {
        #expect(ByteRange(header, size: 10) == .part(range))
    }

    @Test(
        "Ranges beyond the end are unsatisfiable",
        arguments: ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"]
    )
    func behind(header: String) {
        #expect(ByteRange(header, size: 10) == .unsatisfiable)
    }

    @Test(
        "Ranges that may be ignored give the whole file",
        arguments: [
            nil, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1-2,4-5", "items=0-1", "bytes=+1-2",
            "bytes=0x1-", "bytes= 1-2", "bytes=1-2-3",
        ]
    )
    func ignored(header: String?) {
        #expect(ByteRange(header, size: 10) == .whole)
    }

    @Test("An empty file has no satisfiable range")
    func empty() {
        #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-1", size: 0) == .unsatisfiable)
        #expect(ByteRange(nil, size: 0) == .whole)
    }
}
