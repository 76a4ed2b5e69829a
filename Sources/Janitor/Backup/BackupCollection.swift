import Foundation
import Kernel
import Media
import SnugSettings

/// The folder in which backups are made, locked for one of them.
final class BackupCollection: Sendable {
    private static let lockName = "backup.lock"
    private static let mode: mode_t = 0o700

    let path: String
    /// Held until this object is gone; the kernel releases it however the process ends.
    private let lock: Int32

    /// Opens the folder, or creates it with mode 0700.
    ///
    /// - Throws: `CommandFailure` if it lies in the storage, cannot be written, or is in use by another backup.
    init(at path: String, outside settings: Settings) throws {
        do {
            try Self.requireOutside(path, settings)
            try SystemCall.makeFolder(ifMissing: path, mode: Self.mode)
            self.path = try SystemCall.realPath(path)
            lock = try SystemCall.open("\(path)/\(Self.lockName)", O_RDWR | O_CREAT, mode: 0o600)
        } catch let failure as FileFailure {
            let owner = FileOwner(of: path).map { ", and belongs to \($0)" } ?? ""
            throw CommandFailure(
                "\(path) cannot be written by \(FileOwner.current)\(owner): \(failure.reason). Backups need a folder "
                    + "that belongs to the user of the storage."
            )
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw CommandFailure("Another backup is being written to \(path); nothing was done.", status: EX_TEMPFAIL)
        }
    }

    deinit { close(lock) }

    /// A copy inside the storage would be lost with it.
    private static func requireOutside(_ path: String, _ settings: Settings) throws {
        let exists = access(path, F_OK) == 0
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let real = try SystemCall.realPath(exists ? path : parent)
        for folder in [settings.storage, settings.mediaPath] {
            let inside = try SystemCall.realPath(folder)
            guard real != inside, !real.hasPrefix(inside + "/") else {
                throw CommandFailure(
                    "\(path) is inside the storage \(settings.storage). Choose a folder on another disk."
                )
            }
        }
    }

    /// The newest complete backup; nil if there is none.
    var newest: BackupFolder? {
        BackupName.completed(in: path).last.map { BackupFolder(complete: "\(path)/\($0.text)") }
    }

    /// Removes what killed runs have left.
    func removeUnfinished(_ stop: StopRequest) throws {
        for name in BackupName.unfinished(in: path) {
            try stop.check()
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }

    /// Creates the folder of a new backup, whose name says that it is not finished.
    func begin(at time: Date) throws -> (name: BackupName, path: String) {
        var time = time
        while FileManager.default.fileExists(atPath: "\(path)/\(BackupName(time).text)") { time += 1 }
        let name = BackupName(time)
        let folder = unfinishedPath(name)
        try SystemCall.makeFolder(folder, mode: Self.mode)
        return (name, folder)
    }

    /// Gives a backup that is complete and synced its name, durably.
    func finish(_ name: BackupName) throws -> BackupFolder {
        let target = "\(path)/\(name.text)"
        try SystemCall.rename(unfinishedPath(name), to: target)
        try SystemCall.syncFolder(path)
        return BackupFolder(complete: target)
    }

    /// Removes all complete backups but the newest.
    ///
    /// - Parameter count: How many are kept; at least 1.
    /// - Returns: How many were removed.
    func removeOld(keeping count: Int, _ stop: StopRequest) throws -> Int {
        let old = BackupName.completed(in: path).dropLast(max(count, 1))
        for name in old {
            try stop.check()
            // Renamed first: a removal that is interrupted must not look like a backup.
            try SystemCall.rename("\(path)/\(name.text)", to: unfinishedPath(name))
            try FileManager.default.removeItem(atPath: unfinishedPath(name))
        }
        return old.count
    }

    private func unfinishedPath(_ name: BackupName) -> String { "\(path)/\(name.text)\(BackupName.unfinishedSuffix)" }
}

extension SystemCall {
    /// Creates a folder with exactly `mode` unless there is one, whose mode stays.
    fileprivate static func makeFolder(ifMissing path: String, mode: mode_t) throws(FileFailure) {
        guard access(path, F_OK) != 0 else { return }
        try makeFolder(path, mode: mode)
    }
}
