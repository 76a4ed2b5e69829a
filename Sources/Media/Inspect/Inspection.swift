import Pictures

/// What a received file turned out to be.
package struct Inspection: Equatable, Sendable {
    /// `type/subtype`, from the bytes and never from the client.
    package let mediaType: String
    /// Set for a picture that the worker shall render; nil for any other file.
    package let facts: ImageFacts?

    /// The kind of picture that it is by both opinions, be it rendered, damaged or kept as a plain file.
    var kind: FileKind?
    /// The bytes say that it is a picture, but not how large: no decoder would make anything of it.
    package var isDamaged = false
    /// The limit that a picture is over; it is kept as a plain file.
    package var exceededLimit: ImageLimitExceeded?

    /// The type of a file that nobody can or dares to name.
    package static let unknownMediaType = "application/octet-stream"

    package var isImage: Bool { facts != nil }

    static func file(_ mediaType: String) -> Inspection { Inspection(mediaType: mediaType, facts: nil) }
}
