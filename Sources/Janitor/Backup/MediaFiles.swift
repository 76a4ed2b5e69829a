import Chat
import ChatSQLite
import Foundation
import Media
import Pictures
import Vocabulary

/// A file that a row of the database refers to.
struct MediaFile: Sendable, Equatable {
    /// From the storage folder.
    let path: String
    let byteCount: Int
    /// 64 lower-case hex digits; nil for a variant, whose hash is not in the database.
    let sha256: String?

    var isOriginal: Bool { sha256 != nil }
}

extension AttachmentFiles {
    /// The original first.
    var files: [MediaFile] {
        let blob = BlobID(id.uuid)
        let original = MediaFile(.original(blob), byteCount, sha256: Hex.lowercase(sha256))
        let sizes = variants.map { variant in
            let file = VariantFile(blob: blob, size: variant.size, format: variant.format)
            return MediaFile(.variant(file), variant.byteCount)
        }
        let animation = animationByteCount.map { MediaFile(.variant(.animated(blob)), $0) }
        return [original] + sizes + (animation.map { [$0] } ?? [])
    }
}

extension MediaFile {
    fileprivate init(_ key: ArchiveKey, _ byteCount: Int, sha256: String? = nil) {
        path = "\(MediaFolder.name)/\(MediaFolder.relativePath(of: key))"
        self.byteCount = byteCount
        self.sha256 = sha256
    }
}

/// The attachments of a database and their files, ordered by the bytes of their ids, as in a manifest. A page is held in
/// memory.
struct AttachmentPages {
    private static let pageSize = 500

    private let database: DatabaseCopy
    private var page: [AttachmentFiles] = []
    private var position = 0
    private var hasEnded = false

    init(of database: DatabaseCopy) {
        self.database = database
    }

    /// Nil after the last one.
    mutating func next() throws -> AttachmentFiles? {
        guard let found = try peek() else { return nil }
        position += 1
        return found
    }

    /// What `next` returns.
    mutating func peek() throws -> AttachmentFiles? {
        if position == page.count, !hasEnded {
            let last = page.last?.id
            page = try database.read { try $0.attachmentFiles(after: last, limit: Self.pageSize) }
            position = 0
            hasEnded = page.isEmpty
        }
        return position < page.count ? page[position] : nil
    }
}
