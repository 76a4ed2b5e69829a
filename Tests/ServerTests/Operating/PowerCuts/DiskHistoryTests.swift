import Foundation
import Testing

@testable import TestSupport

@Suite("Disks after a power cut", .timeLimit(.standard))
struct DiskHistoryTests {
    private static let path = "/disk/file"

    /// Every disk that many cuts after the last change leave.
    private func disks(_ changes: [DiskRecord.Change], cuts: UInt64 = 200) -> [CutDisk] {
        let history = DiskHistory(changes)
        return (0..<cuts).map { seed in
            var random = SeededRandom(seed: seed)
            return history.disk(after: history.count, using: &random)
        }
    }

    @Test("A file whose folder was not synced may be missing, and is there once it was")
    func names() {
        let file = DiskRecord.Change.create(inode: 1, path: Self.path)
        let found = Set(disks([file]).map { $0.files.keys.contains(Self.path) })
        #expect(found == [true, false])
        let synced = disks([file, .syncFolder(path: "/disk")])
        #expect(synced.allSatisfy { $0.files.keys.contains(Self.path) })
    }

    @Test("Sectors that were not synced may be missing one by one, and synced ones are there")
    func contents() {
        let sector = DiskHistory.sectorLength
        let changes: [DiskRecord.Change] = [
            .create(inode: 1, path: Self.path), .syncFolder(path: "/disk"),
            .write(inode: 1, offset: 0, bytes: Data(repeating: 1, count: sector)), .sync(inode: 1, contents: nil),
            .write(inode: 1, offset: sector, bytes: Data(repeating: 2, count: 2 * sector)),
        ]
        let ends = disks(changes).map { disk in
            let bytes = disk.files[Self.path] ?? Data()
            #expect(bytes.prefix(sector) == Data(repeating: 1, count: sector))
            return [bytes.count > sector && bytes[sector] == 2, bytes.count > 2 * sector]
        }
        #expect(Set(ends) == [[false, false], [false, true], [true, false], [true, true]])
    }

    @Test("Names reach the disk in their order")
    func order() {
        let changes: [DiskRecord.Change] = [
            .create(inode: 1, path: "/disk/first"), .create(inode: 2, path: "/disk/second"),
        ]
        let found = Set(disks(changes).map { $0.files.keys.sorted() })
        #expect(found == [[], ["/disk/first"], ["/disk/first", "/disk/second"]])
    }

    @Test("A renamed file has one of its names, and its synced contents")
    func renaming() {
        let changes: [DiskRecord.Change] = [
            .create(inode: 1, path: "/disk/new"), .write(inode: 1, offset: 0, bytes: Data("text".utf8)),
            .sync(inode: 1, contents: nil), .syncFolder(path: "/disk"), .rename(from: "/disk/new", to: Self.path),
        ]
        let found = Set(disks(changes).map(\.files))
        #expect(found == [["/disk/new": Data("text".utf8)], [Self.path: Data("text".utf8)]])
    }

    @Test("An inode that is used again is another file")
    func inodes() {
        let changes: [DiskRecord.Change] = [
            .create(inode: 1, path: "/disk/old"), .write(inode: 1, offset: 0, bytes: Data("old".utf8)),
            .sync(inode: 1, contents: nil), .syncFolder(path: "/disk"), .remove(path: "/disk/old"),
            .create(inode: 1, path: Self.path), .sync(inode: 1, contents: Data("new".utf8)),
        ]
        let found = Set(disks(changes).map(\.files))
        #expect(found == [["/disk/old": Data("old".utf8)], [:], [Self.path: Data("new".utf8)]])
    }
}
