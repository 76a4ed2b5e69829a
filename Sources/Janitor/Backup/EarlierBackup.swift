import Foundation
import Vocabulary

/// The files of the previous backup, found in the order of their uploads' ids, in which both manifests have them.
final class EarlierBackup {
    let folder: BackupFolder
    /// Nil if the manifest cannot be read.
    private var reader: ManifestReader?
    private var ahead: Manifest.Entry?
    private var blob: BlobID?
    private var entries: [Manifest.Entry] = []
    /// Set when the manifest turned out to be damaged: nothing after that place is used.
    private(set) var damage: String?

    init(_ folder: BackupFolder) {
        self.folder = folder
        do {
            reader = try ManifestReader(folder.manifestPath)
        } catch {
            damage = "\(error)"
        }
        advance()
    }

    /// The entry of a file, unless the earlier backup does not have it.
    ///
    /// - Parameter id: Not less than that of the call before.
    func entry(of file: MediaFile, _ id: BlobID) -> Manifest.Entry? {
        if blob != id { collect(id) }
        return entries.first { $0.path == file.path && !$0.isMissing }
    }

    private func collect(_ id: BlobID) {
        (blob, entries) = (id, [])
        while let next = ahead?.blob, next <= id {
            if next == id, let ahead { entries.append(ahead) }
            advance()
        }
    }

    /// Reads the next file in the media folder; the others come last.
    private func advance() {
        do {
            ahead = try reader?.next()
        } catch {
            (reader, ahead) = (nil, nil)
            damage = "\(error)"
        }
    }
}
