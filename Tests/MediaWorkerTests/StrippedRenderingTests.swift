import Fixtures
import Mutation
import Pictures
import TestSupport
import Testing

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
