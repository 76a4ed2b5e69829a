import FoundationEssentials
import Kernel

/// Files that are being received or rendered, on a local disk. Every method blocks.
package struct Spool: Sendable {
    private let path: String

    package init(in folder: MediaFolder) { path = folder.incoming }

    /// An empty file, readable as archived files are.
    package func newFile() throws(FileFailure) -> UnnamedFile {
        try UnnamedFile(in: path, mode: MediaFolder.fileMode)
    }

    /// Files that a killed process may have left behind.
    package func unfinishedFiles() throws(FileFailure) -> [UnfinishedFile] {
        var files: [UnfinishedFile] = []
        var listing = try FolderListing(path)
        while let name = try listing.next() {
            guard name.hasSuffix(UnnamedFile.unfinishedSuffix),
                let facts = try SystemCall.facts("\(path)/\(name)"), facts.isRegularFile
            else { continue }
            files.append(UnfinishedFile(name: name, modifiedAt: facts.modifiedAt, byteCount: facts.byteCount))
        }
        return files
    }

    package func remove(_ file: UnfinishedFile) throws(FileFailure) {
        try SystemCall.remove("\(path)/\(file.name)")
    }
}

/// A file that was still being written when its process died.
package struct UnfinishedFile: Hashable, Sendable {
    package let name: String
    /// UTC, whole seconds.
    package let modifiedAt: Date
    package let byteCount: Int
}
