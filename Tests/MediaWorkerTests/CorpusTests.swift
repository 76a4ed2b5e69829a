import Fixtures
import Foundation
import Mutation
import Pictures
import Subprocess
import TestSupport
import Testing
import Vocabulary

@testable import Media
@testable import MediaWorker

/// Passes every fixture through inspection and the real worker, with all formats enabled, and compares the results with
/// ``Fixture/expected``.
@Suite(.serialized, .timeLimit(.standard)) struct CorpusTests {
    @Test("Every fixture has an expected result")
    func complete() throws {
        #expect(try Fixture.names == Fixture.expected.keys.sorted())
    }

    @Test("I4, I6: every fixture has the expected result", .enabled(if: hasHEIFModule))
    func results() async throws {
        let formats = Set(FileKind.allCases)
        let inspector = try Inspector(formats: formats)
        try await withWorker(formats: formats) { worker, media in
            for name in try Fixture.names {
                let result = try await result(of: name, inspector, worker, media)
                #expect(result == Fixture.expected[name], "\(name)")
            }
            #expect(await worker.status.killCount == 0)
            #expect(try files(below: "\(media.path)/incoming").isEmpty)
            try await expectNoMetadata(in: "\(media.path)/variants")
        }
    }

    private func result(
        of name: String,
        _ inspector: Inspector,
        _ worker: TestWorker,
        _ media: MediaFolder
    ) async throws -> FixtureResult {
        let id = BlobID.random()
        try Data(try Fixture.bytes(name)).write(to: URL(filePath: media.path(of: .original(id))))
        let inspection = try inspector.inspect(try media.open(.original(id)))
        if inspection.exceededLimit != nil { return .overLimit }
        guard let facts = inspection.facts else { return inspection.isDamaged ? .damaged : .file(inspection.mediaType) }
        do {
            let picture = try await worker.picture(of: RenderJob(id: id, facts: facts))
            let largest = try #require(picture.variants.last)
            return .ready(
                largest.width,
                largest.height,
                try Look(Pixels(largest.file(of: id), in: media)),
                isAnimated: picture.animation != nil,
                isDamaged: picture.isDamaged
            )
        } catch let failure as RenderFailure {
            return .failed(try #require(failure.code))
        }
    }

    /// Uses exiftool as an independent reader.
    private func expectNoMetadata(in folder: String) async throws {
        let answer = try await run(
            .name("exiftool"),
            arguments: ["-r", "-q", "-G0", "-s", "-All", "-IFD0:all", folder],
            output: .string(limit: 1 << 20)
        )
        let groups = answer.standardOutput.split(separator: "\n").compactMap { line in
            line.hasPrefix("[") ? line.dropFirst().prefix { $0 != "]" } : nil
        }
        #expect(groups.count > 100)
        let allowed: Set<Substring> = ["ExifTool", "File", "Composite", "JFIF", "RIFF"]
        #expect(Set(groups).subtracting(allowed).isEmpty)
    }
}

extension Look {
    /// Determined from the corners.
    fileprivate init(_ pixels: Pixels) {
        let corners = [(0.1, 0.1), (0.9, 0.1)].map { pixels.at($0, $1) }
        if pixels.bandCount == 4 || pixels.bandCount == 2 {
            self = .clear
        } else if isRed(corners[0]) && isGreen(corners[1]) {
            self = .scene
        } else if pixels.bandCount == 1 || corners.allSatisfy({ Set($0).count == 1 }) {
            self = .grey
        } else {
            self = .other
        }
    }
}

@Suite(.serialized, .timeLimit(.standard)) struct StrippedRenderingTests {
    @Test(
        "A picture without its metadata renders to the same bytes as with it",
        arguments: [
            "phone.jpg", "phone-progressive.jpg", "phone.png", "phone.gif", "phone.webp", "gps.jpg", "gps-alpha.png",
        ]
    )
    func same(name: String) async throws {
        let bytes = try Fixture.bytes(name)
        var source = BufferedFileReader(bytes)
        let kind = try #require(FileKind(signature: bytes))
        let plan = try #require(try MetadataStripper.plan(for: kind, &source))
        try await withWorker { supervisor, media in
            let before = try addJob(bytes, to: media)
            // Of the same weight, because a variant that is heavier than its source is tried in other encodings.
            let stripped = plan.applied(to: bytes)
            let padding = [UInt8](repeating: 0, count: bytes.count - stripped.count)
            let after = try addJob(stripped + padding, to: media)
            #expect(before.facts == after.facts)
            let variants = (try await supervisor.render(before), try await supervisor.render(after))
            #expect(variants.0 == variants.1)
            for (one, other) in zip(variants.0, variants.1) {
                let files = (
                    try media.open(.variant(one.file(of: before.id))),
                    try media.open(.variant(other.file(of: after.id)))
                )
                let count = files.0.byteCount
                let contents = (try files.0.read(at: 0, count: count), try files.1.read(at: 0, count: count))
                #expect(contents.0 == contents.1)
            }
        }
    }
}
