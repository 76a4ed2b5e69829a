import FoundationEssentials
import Vocabulary

/// The facts about an uploaded file. Its bytes are handled by `Media`.
package struct Attachment: Sendable, Equatable {
    package typealias ID = Identifier<Attachment>

    package enum Kind: String, Sendable {
        /// A picture. Variants of it are rendered.
        case image
        /// Anything else; only the original can be fetched.
        case file
    }

    /// The reason why there are no variants. All properties may be shown to a client.
    package struct Failure: Sendable, Equatable {
        /// Stable and machine-readable.
        package let code: String
        package let detail: String
        /// Time of the next automatic attempt; nil if there is none.
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
    /// Smallest first; empty until the picture is ready, and always empty for files.
    package internal(set) var variants: [Variant] = []
    /// A ThumbHash of 5–64 bytes, which a client displays until it has fetched a variant; nil until the picture is
    /// ready.
    package var placeholder: Data?
    /// The animated form of an animated picture, in addition to its variants; nil for a static picture.
    package var animation: Animation?
    /// Whether part of the picture is missing or wrong because its file is damaged or truncated; false until it is
    /// ready.
    package var isDamaged = false
    package let createdAt: Timestamp
    /// The message that it is attached to; nil until it is sent.
    package let messageID: Message.ID?
}

/// What is known about an upload once its bytes have arrived.
package struct AttachmentFacts: Sendable, Equatable {
    package var kind: Attachment.Kind
    package var mediaType: String
    package var byteCount: Int64
    /// 32 bytes.
    package var sha256: Data
    /// In pixels, after rotation to upright; nil for files.
    package var width: Int?
    package var height: Int?
    package var isAnimated: Bool
    /// Kinds of metadata that were removed from the stored original, such as `gps`. The names contain no commas.
    package var removedMetadata: [String]
    /// Whether the original has data for high dynamic range displays. Variants do not have it.
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
