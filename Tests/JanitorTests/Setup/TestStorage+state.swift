import Foundation
import Media
import Pictures
import Vocabulary

@testable import Chat

extension TestStorage {
    /// Whether the original and the thumbnail are on the disk.
    func hasFiles(_ id: Attachment.ID) -> Bool {
        let blob = BlobID(id.uuid)
        let thumbnail = VariantFile(blob: blob, size: .thumbnail, format: .jpg)
        return [path(of: .original(blob)), path(of: .variant(thumbnail))].allSatisfy(isThere)
    }

    /// Whether neither row nor file is left.
    func isGone(_ id: Attachment.ID) async throws -> Bool {
        let blob = BlobID(id.uuid)
        let paths = [path(of: .original(blob))] + VariantFile.all(of: blob).map { path(of: .variant($0)) }
        return try await store.attachments.existing(among: [id]).isEmpty && !paths.contains(where: isThere)
    }

    /// Every file that a listing of the archive shows.
    func archivedFiles() async throws -> [ArchivedFile] {
        var files: [ArchivedFile] = []
        var cursor: ArchiveCursor?
        repeat {
            let page = try await archive.list(after: cursor)
            files += page.files
            cursor = page.next
        } while cursor != nil
        return files
    }

    /// The lines of the ledger, with every value as a text.
    func ledger() throws -> [[String: String]] {
        try String(contentsOfFile: folder + "/janitor.log", encoding: .utf8).split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            return object.mapValues { "\($0)" }
        }
    }

    func isThere(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }

    /// Every file below the media folder.
    func files() throws -> Set<String> {
        let manager = FileManager.default
        return Set(
            try manager.subpathsOfDirectory(atPath: media).filter { path in
                var isFolder: ObjCBool = false
                return manager.fileExists(atPath: media + "/" + path, isDirectory: &isFolder) && !isFolder.boolValue
            }
        )
    }

    /// Everything that a sweep could change in the database.
    func rows() async throws -> [Int] {
        let later = Timestamp.now + .days(1)
        return [
            try await store.attachments.stale(before: later, limit: .max).count,
            try await store.attachments.unattached(before: later, limit: .max).count,
            try await store.attachments.deleted(limit: .max).count,
            try await store.rooms.prunableCount(),
            try await store.oldKeyCount(),
        ]
    }
}
