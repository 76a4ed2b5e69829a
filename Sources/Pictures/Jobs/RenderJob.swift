import Vocabulary

/// What the worker is asked to do: one line of JSON on the socket that is its standard input.
///
/// With its first byte come the descriptors of ``RenderFiles``: the original, to read, then an empty file for each
/// ``VariantRole``, to write.
package struct RenderJob: Codable, Equatable, Sendable {
    /// Version of the protocol; a worker of another version does not say that it is ready.
    package static let version = 3

    package let id: BlobID
    /// What the header said when the file came in; a decoder that sees something else is not trusted with it.
    package let facts: ImageFacts
    package let limits: ImageLimits

    package init(id: BlobID, facts: ImageFacts, limits: ImageLimits = ImageLimits()) {
        self.id = id
        self.facts = facts
        self.limits = limits
    }
}
