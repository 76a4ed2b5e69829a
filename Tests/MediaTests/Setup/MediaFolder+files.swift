import Kernel

@testable import Media

extension MediaFolder {
    var spool: Spool { Spool(in: self) }
    var archive: DiskArchive { DiskArchive(self) }

    func open(_ key: ArchiveKey) throws -> OpenFile { try OpenFile(path(of: key)) }

    /// The path of a file below the folder.
    func relativePath(of key: ArchiveKey) -> String { String(path(of: key).dropFirst(path.count + 1)) }

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
}
