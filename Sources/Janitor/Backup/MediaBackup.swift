import Chat
import ChatSQLite
import Foundation
import Kernel
import Media
import Vocabulary

/// Copies the files that a copied database refers to, or links them to those of the previous backup.
struct MediaBackup {
    /// Attachments between two pauses.
    private static let batch = 50
    /// Reasons of the kernel for which a file is copied instead: it is gone, on another disk, has too many links, or the
    /// file system has none.
    private static let unlinkable: Set<Int32> = [ENOENT, EXDEV, EMLINK, EPERM]

    let storage: String
    let target: String
    /// Nil for the first backup.
    let earlier: EarlierBackup?
    let isFull: Bool
    let manifest: ManifestWriter
    let stop: StopRequest
    let pause: Double
    var report = BackupReport()

    mutating func copyAll(of database: DatabaseCopy) throws {
        var pages = AttachmentPages(of: database)
        var number = 0
        while let attachment = try pages.next() {
            try stop.check()
            try copy(attachment)
            number += 1
            if number % Self.batch == 0 { Thread.sleep(forTimeInterval: pause) }
        }
        report.attachmentCount = number
        report.earlierDamage = earlier?.damage
    }

    private mutating func copy(_ attachment: AttachmentFiles) throws {
        let id = BlobID(attachment.id.uuid)
        let files = attachment.files
        let original = try take(files[0], id)
        if original == nil { report.missing.add(files[0].path) }
        try manifest.append(original ?? .missing(files[0]))
        var variants: [Manifest.Entry] = []
        for file in files.dropFirst() {
            guard let entry = try take(file, id) else { return try leaveOut(variants, of: attachment.id) }
            variants.append(entry)
        }
        for entry in variants { try manifest.append(entry) }
    }

    /// All variants of a picture are rendered together, so the others are of no use without one of them.
    private mutating func leaveOut(_ variants: [Manifest.Entry], of id: Attachment.ID) throws {
        report.unrendered.append(id)
        for entry in variants { try SystemCall.remove("\(target)/\(entry.path)") }
    }

    /// - Returns: Nil if neither the storage nor the previous backup has the file.
    private mutating func take(_ file: MediaFile, _ id: BlobID) throws -> Manifest.Entry? {
        let known = earlier?.entry(of: file, id)
        guard let live = try SystemCall.facts("\(storage)/\(file.path)"), live.isRegularFile else {
            return try rescue(file, known)
        }
        if !isFull, let known, known.bytes == live.byteCount, known.modified_at == live.modifiedAtNanoseconds,
            try link(known)
        {
            report.linkedCount += 1
            return known
        }
        guard let entry = try copy(file, live) else { return try rescue(file, known) }
        guard let expected = file.sha256, entry.sha256 != expected else { return count(entry) }
        // The storage has lost the original; an earlier backup may still have it.
        let path = "\(target)/\(file.path)"
        try SystemCall.remove(path)
        if let rescued = try rescue(file, known) { return rescued }
        report.damaged.add(file.path)
        var damaged = try copy(file, live)
        damaged?.damaged = true
        return damaged.map { count($0) }
    }

    private mutating func count(_ copied: Manifest.Entry) -> Manifest.Entry {
        report.copiedCount += 1
        report.copiedByteCount += copied.bytes
        return copied
    }

    /// - Returns: Nil if it has been removed in the meantime.
    private func copy(_ file: MediaFile, _ live: FileFacts) throws -> Manifest.Entry? {
        guard let source = try open(file) else { return nil }
        let time = live.modifiedAtNanoseconds
        let mode = live.mode & 0o777
        let digest = try FileDigest.copying(source, to: "\(target)/\(file.path)", mode: mode, modifiedAt: time, stop)
        return Manifest.Entry(file.path, digest, mode: mode, modifiedAt: time)
    }

    private func open(_ file: MediaFile) throws -> OpenFile? {
        do {
            return try OpenFile("\(storage)/\(file.path)")
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    /// Takes a file that the storage no longer has from the previous backup, if that has the one of the row.
    private mutating func rescue(_ file: MediaFile, _ known: Manifest.Entry?) throws -> Manifest.Entry? {
        guard let known, known.bytes == file.byteCount, file.sha256.map({ $0 == known.sha256 }) ?? true,
            try link(known)
        else { return nil }
        if file.isOriginal { report.rescued.add(file.path) }
        report.linkedCount += 1
        return known
    }

    /// - Returns: False if the previous backup no longer has the file, or if no further link of it is possible.
    private func link(_ known: Manifest.Entry) throws -> Bool {
        guard let earlier else { return false }
        let source = earlier.folder.path(of: known)
        guard let facts = try SystemCall.facts(source), facts.isRegularFile, facts.byteCount == known.bytes else {
            return false
        }
        do {
            try SystemCall.link(source, to: "\(target)/\(known.path)")
        } catch {
            guard Self.unlinkable.contains(error.code) else { throw error }
            return false
        }
        return true
    }
}

extension Manifest.Entry {
    fileprivate static func missing(_ file: MediaFile) -> Manifest.Entry {
        var entry = Manifest.Entry(
            file.path,
            FileDigest(byteCount: file.byteCount, sha256: file.sha256 ?? ""),
            mode: 0,
            modifiedAt: 0
        )
        entry.missing = true
        return entry
    }
}
