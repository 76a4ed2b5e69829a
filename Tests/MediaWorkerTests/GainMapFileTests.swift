import CVips
import Fixtures
import Foundation
import Mutation
import Subprocess
import TestSupport
import Testing

@testable import MediaWorker
@testable import Pictures

/// Asks other programs what is left of an Ultra HDR photograph.
@Suite("Gain maps", .timeLimit(.standard)) struct GainMapFileTests {
    @Test("exiftool finds picture, gain map and what they need, and nothing else (I7)")
    func exiftool() async throws {
        let bytes = try stripped()
        try await withScratchFolder { folder in
            let file = "\(folder)/photograph.jpg"
            try Data(bytes).write(to: URL(filePath: file))
            let answer = try await run(
                .name("exiftool"),
                arguments: ["-a", "-ee", "-G1", "-s", "-warning", "-all", file],
                output: .string(limit: 1 << 20)
            )
            let lines = answer.standardOutput.split(separator: "\n")
            let groups = Set(lines.compactMap { $0.hasPrefix("[") ? $0.dropFirst().prefix { $0 != "]" } : nil })
            #expect(
                groups.subtracting(["ExifTool", "System", "File", "JFIF", "Composite"]) == [
                    "XMP-hdrgm", "XMP-Container", "MPF0", "MPImage1", "MPImage2",
                ]
            )
            let text = answer.standardOutput
            #expect(!text.contains("Warning") && !text.contains("Secret"))
            for word in ["GainMapMax", "MPImage2"] { #expect(text.contains(word), "\(word)") }
        }
    }

    @Test("The second JPEG is where the directory says, and is decoded as before")
    func decoded() throws {
        try startVips()
        let original = try Fixture.bytes("ultra-hdr.jpg")
        let (before, after) = (try gainMap(in: original), try gainMap(in: stripped()))
        #expect(before.count > 180_000 && before == after)
    }

    /// The fixture with an EXIF block, a comment and a video that it did not have, in both of its JPEGs.
    private func stripped() throws -> [UInt8] {
        let original = try Fixture.bytes("ultra-hdr.jpg")
        let start = try #require(original.indices.last { original[$0...].starts(with: [0xFF, 0xD8, 0xFF]) })
        let donor = try Fixture.bytes("gps.jpg")
        let tables = try #require(donor.firstRange(of: [0xFF, 0xDB])).lowerBound
        let secrets = donor[2..<tables]
        var file = original
        file.insert(contentsOf: secrets, at: start + 2)
        file.insert(contentsOf: secrets, at: 2)
        file += [UInt8](repeating: 1, count: 1_000)
        var source = BufferedFileReader(file)
        let plan = try #require(try MetadataStripper.plan(for: .jpeg, &source))
        #expect(Set(plan.removed).isSuperset(of: [.gps, .exif, .trailer]))
        return plan.applied(to: file)
    }

    /// Its pixels, by the directory alone.
    private func gainMap(in bytes: [UInt8]) throws -> [UInt8] {
        var source = BufferedFileReader(bytes)
        var segments = JPEGSegments()
        while let segment = segments.next(&source) {
            guard let directory = MultiPicture(&source, in: segment.payload) else { continue }
            let entry = directory.entries[1]
            let start = directory.base + entry.offset
            return try Picture(decoding: Array(bytes[start..<start + entry.byteCount]), side: 1_920).pixels()
        }
        return []
    }
}
