import CKernel
import FoundationEssentials
import Glibc
import Synchronization
import Vocabulary

/// A file without a name until it is complete, so that no crash can leave a partial file behind.
///
/// Uses `O_TMPFILE` where the file system supports it, otherwise a name ending in `.part` that is removed on closing.
/// A file that was not linked with ``link(to:replacing:)`` is gone once it is closed.
package final class UnnamedFile: Sendable {
    /// Suffix of temporary names.
    package static let unfinishedSuffix = ".part"

    private let folder: String
    private let temporaryPath: String?
    private let descriptor: Mutex<Int32?>

    /// Creates the file in the file system of `folder`, with exactly `mode` whatever the umask. Blocking.
    /// - Throws: ``FileFailure``.
    package convenience init(in folder: String, mode: mode_t) throws(FileFailure) {
        try self.init(in: folder, mode: mode, named: false)
    }

    /// `named` behaves as on file systems without `O_TMPFILE` (overlayfs before Linux 6.3, NFS).
    init(in folder: String, mode: mode_t, named: Bool) throws(FileFailure) {
        self.folder = folder
        let unnamed = named ? nil : try Self.openUnnamed(in: folder, mode: mode)
        let opened: Int32
        if let unnamed {
            temporaryPath = nil
            opened = unnamed
        } else {
            let path = Self.unfinishedPath(in: folder)
            opened = try SystemCall.open(path, O_RDWR | O_CREAT | O_EXCL, mode: mode)
            temporaryPath = path
        }
        descriptor = Mutex(opened)
        guard fchmod(opened, mode) == 0 else { throw FileFailure("chmod") }
    }

    deinit { close() }

    /// Appends all of `bytes`. Blocking.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
        try withDescriptor { descriptor throws(FileFailure) in
            try unsafe writeBytes(bytes, to: descriptor)
        }
    }

    /// Appends all of `bytes`. Blocking.
    package func write(_ bytes: [UInt8]) throws(FileFailure) {
        var result = Result<Void, FileFailure>.success(())
        unsafe bytes.withUnsafeBytes { pointer in
            result = Result { () throws(FileFailure) in try unsafe write(pointer) }
        }
        try result.get()
    }

    /// Up to `count` of the bytes written, from `offset`. Blocking.
    package func read(at offset: Int, count: Int) throws(FileFailure) -> [UInt8] {
        try withDescriptor { descriptor throws(FileFailure) in
            try readBytes(of: descriptor, at: offset, count: count)
        }
    }

    /// Valid until ``close()``; to pass the file to another process.
    package var openDescriptor: Int32 {
        get throws(FileFailure) { try withDescriptor { descriptor throws(FileFailure) in descriptor } }
    }

    /// Size and times. Blocking.
    package func facts() throws(FileFailure) -> FileFacts {
        try withDescriptor { descriptor throws(FileFailure) in
            var info = stat()
            guard unsafe fstat(descriptor, &info) == 0 else { throw FileFailure("stat") }
            return FileFacts(info)
        }
    }

    /// Starts writing the bytes to the disk without waiting, so that ``sync()`` waits less.
    package func startWriting() throws(FileFailure) {
        try withDescriptor { descriptor throws(FileFailure) in
            guard snug_start_writing(descriptor) == 0 else { throw FileFailure("start writing") }
        }
    }

    /// Makes the bytes durable. Blocking.
    package func sync() throws(FileFailure) {
        try withDescriptor { descriptor throws(FileFailure) in
            guard fdatasync(descriptor) == 0 else { throw FileFailure("fdatasync") }
        }
    }

    /// Gives the file its name. The name is durable once its folder is synced. Blocking.
    /// - Parameter replacing: whether an existing file of that name is replaced atomically, or is an error.
    /// - Throws: ``FileFailure``; `isTaken` when the name exists and `replacing` is false.
    package func link(to path: String, replacing: Bool = false) throws(FileFailure) {
        guard replacing else { return try linkNew(path) }
        do {
            try linkNew(path)
        } catch  where error.isTaken {
            // No system call links over an existing name, so the file gets a temporary name first and is renamed.
            let temporary = Self.unfinishedPath(in: folder)
            try linkNew(temporary)
            try SystemCall.rename(temporary, to: path)
        }
    }

    /// Closes the file. Blocking, since freeing the blocks of an unnamed file may take milliseconds.
    package func close() {
        descriptor.withLock { descriptor in
            guard let open = descriptor.take() else { return }
            Glibc.close(open)
            if let temporaryPath { _ = try? SystemCall.remove(temporaryPath) }
        }
    }

    private func linkNew(_ path: String) throws(FileFailure) {
        try withDescriptor { descriptor throws(FileFailure) in
            // The documented way to link an O_TMPFILE file without a capability: open(2), "O_TMPFILE".
            try SystemCall.link(self.temporaryPath ?? "/proc/self/fd/\(descriptor)", to: path)
        }
    }

    private func withDescriptor<Result>(
        _ body: (Int32) throws(FileFailure) -> sending Result
    ) throws(FileFailure) -> sending Result {
        try descriptor.withLock { descriptor throws(FileFailure) in
            guard let descriptor else { throw FileFailure("use of a closed file", code: EBADF) }
            return try body(descriptor)
        }
    }

    private static func openUnnamed(in folder: String, mode: mode_t) throws(FileFailure) -> Int32? {
        do {
            return try SystemCall.open(folder, O_RDWR | SystemCall.unnamedFile, mode: mode)
        } catch  where [EOPNOTSUPP, EISDIR, EINVAL].contains(error.code) {
            return nil
        }
    }

    private static func unfinishedPath(in folder: String) -> String {
        "\(folder)/\(Identifier<UnnamedFile>.random())\(unfinishedSuffix)"
    }
}
