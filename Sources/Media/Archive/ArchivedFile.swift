import FoundationEssentials
import Pictures
import Vocabulary

/// The name of a file in an archive.
package enum ArchiveKey: Hashable, Sendable {
    case original(BlobID)
    case variant(VariantFile)

    package var blob: BlobID {
        switch self {
        case .original(let id): id
        case .variant(let file): file.blob
        }
    }

    /// The file's name in its folder.
    package var name: String {
        switch self {
        case .original(let id): id.description
        case .variant(let file): file.name
        }
    }

    /// The original and every variant that `id` could have.
    static func all(of id: BlobID) -> [ArchiveKey] {
        [.original(id)] + VariantFile.all(of: id).map(ArchiveKey.variant)
    }
}

/// A file found by listing an archive.
package struct ArchivedFile: Hashable, Sendable {
    package let key: ArchiveKey
    /// UTC, whole seconds.
    package let modifiedAt: Date
    package let byteCount: Int
}

/// Part of the listing of an archive.
package struct ArchivePage: Sendable {
    package let files: [ArchivedFile]
    /// The share of the archive that has been listed with this page, from 0 to 1.
    package let share: Double
    /// Continues the listing; nil after the last page.
    package let next: ArchiveCursor?
}

/// A position in the listing of an archive; its value is private to the archive.
package struct ArchiveCursor: Hashable, Sendable {
    let value: String
}

/// A number of files and their total size.
package struct StorageUse: Hashable, Sendable {
    package var fileCount = 0
    package var byteCount = 0

    package init(fileCount: Int = 0, byteCount: Int = 0) {
        self.fileCount = fileCount
        self.byteCount = byteCount
    }

    /// Counts one more file.
    mutating func add(_ bytes: Int) {
        fileCount += 1
        byteCount += bytes
    }
}

/// A day in UTC, after which a trash folder is named: `yyyymmdd`.
package struct TrashDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// `year * 10_000 + month * 100 + day`.
    let number: Int

    package init(_ date: Date) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        number = (parts.year ?? 0) * 10_000 + (parts.month ?? 0) * 100 + (parts.day ?? 0)
    }

    /// Reads eight digits; nil for anything else.
    init?(name: String) {
        guard name.utf8.count == 8, name.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(name),
            number >= 1970_0101
        else { return nil }
        self.number = number
    }

    package static func < (lhs: TrashDay, rhs: TrashDay) -> Bool { lhs.number < rhs.number }

    package var description: String { String(number) }
}
