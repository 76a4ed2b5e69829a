import Foundation

/// A file that somebody uploaded, as facts. Its bytes are the business of `Media`.
package struct Attachment: Sendable, Equatable {
    package typealias ID = Identifier<Attachment>

    package enum Kind: String, Sendable {
        /// A picture of which variants are made.
        case image
        /// Anything else; only the original can be fetched.
        case file
    }

    /// Why there are no variants. Both members may be shown to a client.
    package struct Failure: Sendable, Equatable {
        /// Stable and machine-readable.
        package let code: String
        package let detail: String

        package init(code: String, detail: String) {
            self.code = code
            self.detail = detail
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
    package let variants: [Variant]
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

    package init(
        kind: Attachment.Kind,
        mediaType: String,
        byteCount: Int64,
        sha256: Data,
        width: Int? = nil,
        height: Int? = nil,
        isAnimated: Bool = false
    ) {
        self.kind = kind
        self.mediaType = mediaType
        self.byteCount = byteCount
        self.sha256 = sha256
        self.width = width
        self.height = height
        self.isAnimated = isAnimated
    }
}

/// One rendering of a picture.
package struct Variant: Sendable, Equatable {
    /// Pixels of the square that it fits: 150, 800 or 1920.
    package let size: Int
    /// The size whose file serves it: smaller than `size` where both would be the same picture.
    package let fileSize: Int
    package let width: Int
    package let height: Int
    /// `jpg` or `webp`.
    package let format: String
    package let byteCount: Int64

    package init(size: Int, fileSize: Int, width: Int, height: Int, format: String, byteCount: Int64) {
        self.size = size
        self.fileSize = fileSize
        self.width = width
        self.height = height
        self.format = format
        self.byteCount = byteCount
    }
}
