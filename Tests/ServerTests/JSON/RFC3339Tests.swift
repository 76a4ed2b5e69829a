import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Server

@Suite("RFC 3339 times", .timeLimit(.standard))
struct RFC3339Tests {
    private func written(_ milliseconds: Int64) -> String {
        var bytes: [UInt8] = []
        Timestamp(milliseconds: milliseconds).appendRFC3339(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "Known times",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func known(milliseconds: Int64, text: String) {
        #expect(written(milliseconds) == text)
    }

    @Test("Foundation parses the same time", arguments: [1, 2, 3] as [UInt64])
    func againstFoundation(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<300 {
            let milliseconds = Int64.random(in: 0...253_402_300_799_999, using: &random)
            let read = try style.parse(written(milliseconds))
            #expect(Int64((read.timeIntervalSince1970 * 1000).rounded()) == milliseconds)
        }
    }
}
