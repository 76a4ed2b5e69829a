import Fixtures
import Mutation
import Testing

@testable import Media

/// A file and what the scrubber makes of it.
struct ScrubbedFile {
    let kind: FileKind
    let original: [UInt8]
    /// The same as the original when there was nothing to remove.
    let bytes: [UInt8]
    let removed: [RemovedMetadata]

    init(_ original: [UInt8]) throws {
        var source = ByteSource(original)
        kind = try #require(FileKind(signature: original))
        self.original = original
        let plan = try Scrubber.plan(for: kind, &source)
        bytes = plan?.applied(to: original) ?? original
        removed = plan?.removed ?? []
    }

    init(_ name: String) throws { try self.init(try Fixture.bytes(name)) }

    func contains(_ text: String) -> Bool { bytes.firstRange(of: Array(text.utf8)) != nil }
}
