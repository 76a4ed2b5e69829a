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

    /// Removes the variants and originals of these ids durably, variants first: signed URLs still reach them.
    func remove(_ ids: [BlobID]) async throws

    /// Files of these ids, variants included.
    func use(of ids: [BlobID]) async throws -> StorageUse

    /// Lists files page by page, in no particular order. Files with foreign names are left out.
    /// - Parameter cursor: ``ArchivePage/next`` of the page before; nil for the first page.
    func list(after cursor: ArchiveCursor?) async throws -> ArchivePage

    /// Moves a file to the trash of `day`.
    /// - Returns: whether the file still existed.
    @discardableResult
    func moveToTrash(_ file: ArchivedFile, on day: TrashDay) async throws -> Bool

    /// Files that were moved to the trash before `day`; all files in the trash when nil.
    func trashUse(before day: TrashDay?) async throws -> StorageUse

    /// Deletes the files that were moved to the trash before `day`.
    /// - Returns: the files deleted.
    @discardableResult
    func purgeTrash(before day: TrashDay) async throws -> StorageUse
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
