import FoundationEssentials
import Vocabulary

/// A file that somebody uploaded, as facts. Its bytes are the business of `Media`.
package struct Attachment: Sendable, Equatable {
    package typealias ID = Identifier<Attachment>

    package enum Kind: String, Sendable {
        /// A picture of which variants are made.
        case image
        /// Anything else; only the original can be fetched.
        case file
    }

    /// Why there are no variants. All members may be shown to a client.
    package struct Failure: Sendable, Equatable {
        /// Stable and machine-readable.
        package let code: String
        package let detail: String
        /// When it is tried again by itself; nil when it is not.
        package let retryAt: Timestamp?

        package init(code: String, detail: String, retryAt: Timestamp? = nil) {
            self.code = code
            self.detail = detail
            self.retryAt = retryAt
        }
    }

    package enum Status: Sendable, Equatable {
        case processing
        case ready
        case failed(Failure)
    }

    package let id: ID
    package let ownerID: User.ID
    package let facts: AttachmentFacts
    package let filename: String
    package let status: Status
    /// Smallest first; empty until a picture is ready, and always for files.
    package internal(set) var variants: [Variant] = []
    /// A ThumbHash, 5–64 bytes, for what a client paints before it has fetched anything; nil until a picture is ready.
    package var placeholder: Data?
    /// Beside the variants of an animated picture; nil for a still.
    package var animation: Animation?
    /// Part of the picture is missing or wrong, because its file is damaged or cut off; false until it is ready.
    package var isDamaged = false
    package let createdAt: Timestamp
    /// The message that holds it; nil until it is sent.
    package let messageID: Message.ID?
}

/// What is known of an upload once its bytes are there.
package struct AttachmentFacts: Sendable, Equatable {
    package var kind: Attachment.Kind
    package var mediaType: String
    package var byteCount: Int64
    /// 32 bytes.
    package var sha256: Data
    /// Pixels, upright; nil for files.
    package var width: Int?
    package var height: Int?
    package var isAnimated: Bool
    /// Kinds of metadata that the stored original does not carry any more, such as `gps`. Names hold no commas.
    package var removedMetadata: [String]
    /// The original says how it looks on a display of high dynamic range; variants do not.
    package var hasHDR: Bool

    package init(
        kind: Attachment.Kind,
        mediaType: String,
        byteCount: Int64,
        sha256: Data,
        width: Int? = nil,
        height: Int? = nil,
        isAnimated: Bool = false,
        removedMetadata: [String] = [],
        hasHDR: Bool = false
    ) {
        self.kind = kind
        self.mediaType = mediaType
        self.byteCount = byteCount
        self.sha256 = sha256
        self.width = width
        self.height = height
        self.isAnimated = isAnimated
        self.removedMetadata = removedMetadata
        self.hasHDR = hasHDR
    }
}
