import Fixtures
import Mutation
import Pictures
import Testing

/// A file before and after stripping.
package struct StrippedFile {
    package let kind: FileKind
    package let original: [UInt8]
    /// The same as the original when there was nothing to remove.
    package let bytes: [UInt8]
    package let removed: [RemovedMetadata]

    package init(_ original: [UInt8]) throws {
        var source = BufferedFileReader(original)
        kind = try #require(FileKind(signature: original))
        self.original = original
        let plan = try MetadataStripper.plan(for: kind, &source)
        bytes = plan?.applied(to: original) ?? original
        removed = plan?.removed ?? []
    }

    /// Of a fixture.
    package init(_ name: String) throws { try self.init(try Fixture.bytes(name)) }

    /// Whether it still contains this text.
    package func contains(_ text: String) -> Bool { bytes.firstRange(of: Array(text.utf8)) != nil }
}
