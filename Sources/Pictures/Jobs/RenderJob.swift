import Vocabulary

/// A job for the worker: one line of JSON on the socket that is its standard input.
///
/// The descriptors of its files come with the first byte: the original, to be read, then an empty file for each
/// ``VariantRole``, to be written.
package struct RenderJob: Codable, Equatable, Sendable {
    /// Version of the protocol; a worker of another version is not used.
    package static let version = 4

    package let id: BlobID
    /// Read from the header when the file was received; a picture whose decoder reads another size is rejected.
    package let facts: ImageFacts
    package let limits: ImageLimits

    package init(id: BlobID, facts: ImageFacts, limits: ImageLimits = ImageLimits()) {
        self.id = id
        self.facts = facts
        self.limits = limits
    }
}
