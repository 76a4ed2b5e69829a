import FoundationEssentials
import Pictures
import Vocabulary

/// A file found in the store by listing it.
package struct StoredFile: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case original
        case variant(VariantFile)
    }

    package let id: BlobID
    package let kind: Kind
    /// UTC, whole seconds.
    package let modifiedAt: Date
    package let byteCount: Int

    /// The file's name in its folder.
    package var name: String {
        switch kind {
        case .original: id.description
        case .variant(let file): file.name
        }
    }
}

/// A file that was still being written when its writer died.
package struct UnfinishedFile: Hashable, Sendable {
    package let name: String
    /// UTC, whole seconds.
    package let modifiedAt: Date
    package let byteCount: Int
}

/// How many files there are and what they hold.
package struct StorageUse: Hashable, Sendable, Codable {
    package var fileCount = 0
    package var byteCount = 0

    package mutating func add(_ bytes: Int) {
        fileCount += 1
        byteCount += bytes
    }
}
