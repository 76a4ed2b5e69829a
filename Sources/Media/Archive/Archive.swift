import Kernel
import Pictures
import Vocabulary

/// The files that are kept: originals and their variants. One implementation for each kind of storage.
///
/// Nothing here presumes a local disk: operations are asynchronous, listings come in pages, and a move to the trash may
/// copy. Operations throw ``FileFailure``, or `CancellationError` when they have not begun.
package protocol Archive: Sendable {
    /// Keeps a received original. When this returns, the file is durable; when it throws, it is not kept.
    /// - Throws: ``FileFailure``; `isTaken` when there is an original of that id.
    func commit(_ file: UnnamedFile, asOriginal id: BlobID) async throws

    /// Keeps the variants of a picture and replaces earlier ones. When this returns, they are durable; when it throws,
    /// the picture has none.
    func commit(_ variants: [RenderedFile], of id: BlobID) async throws

    /// Opens a file for reading as a local file, which a worker can be given.
    /// - Throws: ``FileFailure``; `isMissing` when there is no such file.
    func open(_ key: ArchiveKey) async throws -> OpenFile

    /// Bytes; nil when there is no such file.
    func byteCount(of key: ArchiveKey) async throws -> Int?

    /// How a client receives a file, whether or not it exists.
    /// - Parameter accelerated: whether the web server in front may send the file.
    func delivery(of key: ArchiveKey, accelerated: Bool) async throws -> Delivery

    /// Removes every variant of these pictures. Succeeds also when there are none.
    /// - Returns: the number of files removed.
    @discardableResult
    func removeVariants(of ids: [BlobID]) async throws -> Int

    /// Removes an original. Succeeds also when there is none.
    /// - Returns: whether there was one.
    @discardableResult
    func removeOriginal(_ id: BlobID) async throws -> Bool

    /// Removes the variants and originals of these ids durably, variants first: signed URLs still reach them. A file that
    /// cannot be removed does not keep the others from being removed.
    /// - Returns: the ids of which something is left, or may reappear after a power cut.
    @discardableResult
    func remove(_ ids: [BlobID]) async throws -> [BlobID: FileFailure]

    /// Files of these ids that exist, variants included. One whose status cannot be read is left out.
    func files(of ids: [BlobID]) async throws -> [ArchivedFile]

    /// Those of the files that are missing or empty.
    func missing(among keys: [ArchiveKey]) async throws -> Set<ArchiveKey>

    /// Number and size of the files of these ids, variants included.
    func use(of ids: [BlobID]) async throws -> StorageUse

    /// Lists files page by page, in no particular order. Files with foreign names are left out. The memory that a page
    /// takes does not depend on the size of the archive.
    /// - Parameter cursor: ``ArchivePage/next`` of the page before; nil for the first page.
    func list(after cursor: ArchiveCursor?) async throws -> ArchivePage

    /// Moves a file to the trash of `day`.
    /// - Returns: whether the file still existed.
    @discardableResult
    func moveToTrash(_ file: ArchivedFile, on day: TrashDay) async throws -> Bool

    /// Files that were moved to the trash before `day`; all files in the trash when nil.
    func trashUse(before day: TrashDay?) async throws -> StorageUse

    /// The days on which files in the trash were moved there, oldest first.
    func trashDays() async throws -> [TrashDay]

    /// Lists the files that were moved to the trash on `day`, page by page. Files with foreign names are left out.
    /// - Parameter cursor: ``ArchivePage/next`` of the page before; nil for the first page.
    func trashedFiles(on day: TrashDay, after cursor: ArchiveCursor?) async throws -> ArchivePage

    /// Deletes a file from the trash of `day`.
    /// - Returns: whether the file still existed.
    @discardableResult
    func removeFromTrash(_ file: ArchivedFile, of day: TrashDay) async throws -> Bool

    /// Removes what is left of a day whose files are gone. Foreign files stay.
    func removeEmptyTrash(of day: TrashDay) async throws

    /// The files of a blob in the trash; of several with the same name, the one that was moved there last.
    func trashedFiles(of id: BlobID) async throws -> [ArchivedFile]

    /// Puts the files of a blob back from the trash. A file that exists in its place is not replaced.
    /// - Parameter isNew: whether the files count as modified now, so that a sweep does not move them again at once.
    /// - Returns: the number of files restored.
    @discardableResult
    func undelete(_ id: BlobID, asNew isNew: Bool) async throws -> Int
}

/// A variant before it is kept.
package struct RenderedFile: Sendable {
    let name: VariantFile
    let file: UnnamedFile
}

/// How a client receives a file.
package enum Delivery: Equatable, Sendable {
    /// The server streams the local file at this path.
    case file(path: String)
    /// The web server in front sends the file at this location (nginx: `X-Accel-Redirect`).
    case accelerated(location: String)
}
