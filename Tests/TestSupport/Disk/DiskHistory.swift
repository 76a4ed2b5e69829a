import Foundation

/// The disks that a power cut may leave behind, built from the recorded changes of a run.
///
/// What was synced is there. Of a file's later writes, any sectors may be there and others not. Changes of names reach
/// the disk in their order, as on a file system with a journal, so any number of the latest may be missing; syncing a
/// folder makes those in it durable.
package struct DiskHistory: Sendable {
    /// Bytes that reach the disk together or not at all.
    static let sectorLength = 512

    private let records: [DiskRecord]

    /// - Parameter file: What `Tests/DiskRecorder` has recorded.
    package init(_ file: Data) {
        records = DiskRecord.all(in: file)
    }

    init(_ changes: [DiskRecord.Change]) {
        records = changes.map { DiskRecord(change: $0, end: 0) }
    }

    /// Number of changes.
    package var count: Int { records.count }

    /// Number of changes that were recorded completely in the first `length` bytes of the file.
    package func count(within length: Int) -> Int {
        records.firstIndex { $0.end > length } ?? records.count
    }

    /// A disk after a power cut that follows the first `count` changes.
    package func disk(after count: Int, using random: inout SeededRandom) -> CutDisk {
        var state = State()
        for record in records.prefix(count) { state.make(record.change) }
        return state.cut(using: &random)
    }
}

/// A disk after a power cut.
package struct CutDisk: Sendable, Equatable {
    /// Contents by path.
    package var files: [String: Data] = [:]
    package var folders: Set<String> = []

    /// Creates the files below `folder` there, below `target` instead.
    package func write(below folder: String, to target: String) throws {
        let manager = FileManager.default
        for path in folders.sorted() where path.hasPrefix(folder) {
            let moved = target + path.dropFirst(folder.count)
            try manager.createDirectory(atPath: moved, withIntermediateDirectories: true)
        }
        for (path, contents) in files where path.hasPrefix(folder) {
            let moved = target + path.dropFirst(folder.count)
            guard manager.createFile(atPath: moved, contents: contents, attributes: [.posixPermissions: 0o600]) else {
                throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: moved])
            }
        }
    }
}

/// The state after some changes: what is durable, and what may be.
private struct State {
    private struct File {
        var durable: [UInt8] = []
        var pending: [DataChange] = []
    }

    private enum DataChange {
        case write(offset: Int, bytes: Data)
        case truncate(length: Int)
    }

    private enum Entry {
        case file(Int)
        case folder
    }

    private struct NameChange {
        let added: (path: String, entry: Entry)?
        let removed: String?
        var isDurable = false

        /// Folders whose sync makes the change durable.
        var folders: [String] { [added?.path, removed].compactMap { $0 }.map(parent) }
    }

    private var files: [File] = []
    /// The file that has an inode now; inodes are used again.
    private var fileOfInode: [UInt64: Int] = [:]
    /// All changes of names are kept, because those at the end may not have reached the disk.
    private var names: [NameChange] = []
    /// Names as the running system sees them.
    private var current: [String: Entry] = [:]

    mutating func make(_ change: DiskRecord.Change) {
        switch change {
        case .create(let inode, let path):
            fileOfInode[inode] = files.count
            if let path { add(path, .file(files.count)) }
            files.append(File())
        case .write(let inode, let offset, let bytes):
            edit(inode) { $0.pending.append(.write(offset: offset, bytes: bytes)) }
        case .truncate(let inode, let length):
            edit(inode) { $0.pending.append(.truncate(length: length)) }
        case .sync(let inode, let contents):
            edit(inode) { file in
                for change in file.pending { Self.apply(change, to: &file.durable) }
                file.pending = []
                if let contents { file.durable = [UInt8](contents) }
            }
        case .syncFolder(let path):
            for index in names.indices where names[index].folders.contains(path) { names[index].isDurable = true }
        case .link(let inode, let path):
            if let file = fileOfInode[inode] { add(path, .file(file)) }
        case .rename(let old, let new): rename(old, new)
        case .remove(let path):
            current[path] = nil
            names.append(NameChange(added: nil, removed: path))
        case .makeFolder(let path): add(path, .folder)
        }
    }

    private mutating func edit(_ inode: UInt64, _ body: (inout File) -> Void) {
        if let file = fileOfInode[inode] { body(&files[file]) }
    }

    private mutating func add(_ path: String, _ entry: Entry) {
        current[path] = entry
        names.append(NameChange(added: (path, entry), removed: nil))
    }

    private mutating func rename(_ old: String, _ new: String) {
        guard let entry = current.removeValue(forKey: old) else { return }
        current[new] = entry
        names.append(NameChange(added: (new, entry), removed: old))
    }

    func cut(using random: inout SeededRandom) -> CutDisk {
        var disk = CutDisk()
        var entries: [String: Int] = [:]
        let lastDurable = names.lastIndex { $0.isDurable } ?? -1
        let reached = Int.random(in: lastDurable + 1...names.count, using: &random)
        for change in names.prefix(reached) {
            if let removed = change.removed {
                entries[removed] = nil
                disk.folders.remove(removed)
            }
            switch change.added {
            case (let path, .file(let file))?: entries[path] = file
            case (let path, .folder)?: disk.folders.insert(path)
            case nil: break
            }
        }
        for (path, file) in entries.sorted(by: { $0.key < $1.key }) {
            disk.files[path] = Data(contents(of: files[file], using: &random))
        }
        return disk
    }

    /// How many of a file's unsynced sectors are there.
    private static let shares: [Double] = [0, 0.1, 0.5, 0.9, 1]

    /// All later writes, none of them, or any sectors of them.
    private func contents(of file: File, using random: inout SeededRandom) -> [UInt8] {
        var bytes = file.durable
        let share = Self.shares.randomElement(using: &random) ?? 0
        for change in file.pending {
            switch change {
            case .truncate:
                if Double.random(in: 0..<1, using: &random) < share { Self.apply(change, to: &bytes) }
            case .write(let offset, let written):
                for sector in Self.sectors(offset, written)
                where Double.random(in: 0..<1, using: &random) < share {
                    Self.apply(sector, to: &bytes)
                }
            }
        }
        return bytes
    }

    /// A write, cut where the disk may stop.
    private static func sectors(_ offset: Int, _ bytes: Data) -> [DataChange] {
        var parts: [DataChange] = []
        var start = offset
        while start < offset + bytes.count {
            let end = min((start / DiskHistory.sectorLength + 1) * DiskHistory.sectorLength, offset + bytes.count)
            let part = bytes.dropFirst(start - offset).prefix(end - start)
            parts.append(.write(offset: start, bytes: Data(part)))
            start = end
        }
        return parts
    }

    private static func apply(_ change: DataChange, to bytes: inout [UInt8]) {
        switch change {
        case .truncate(let length):
            if length < bytes.count {
                bytes.removeLast(bytes.count - length)
            } else {
                bytes += [UInt8](repeating: 0, count: length - bytes.count)
            }
        case .write(let offset, let written):
            let end = offset + written.count
            if end > bytes.count { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
            bytes.replaceSubrange(offset..<end, with: written)
        }
    }
}

private func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
}
