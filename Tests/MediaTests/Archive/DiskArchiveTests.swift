import Fixtures
import FoundationEssentials
import Glibc
import Pictures
import TestSupport
import Testing
import Vocabulary

@testable import Kernel
@testable import Media

@Suite(.timeLimit(.standard)) struct DiskArchiveTests {
    @Test("Files are readable by the group of the media folder and by nobody else, whatever the umask (I7)")
    func modes() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            try await commit([1], as: id, in: media)
            let variant = VariantFile(blob: id, size: .thumbnail, format: .jpg)
            try write([2], as: variant, in: media)
            #expect(mode(of: media.path(of: .original(id))) == 0o640)
            #expect(mode(of: media.path(of: .variant(variant))) == 0o640)
            #expect(mode(of: media.path) == 0o2750)
            #expect(mode(of: media.folder(.originals, id.shard)) == 0o2750)
            #expect(mode(of: media.folder(.variants, id.shard)) == 0o2750)
        }
    }

    @Test("An unlinked file leaves nothing behind (I4, I5)", arguments: [false, true])
    func unlinked(named: Bool) async throws {
        try await withMediaFolder { media in
            let file = try UnnamedFile(in: media.incoming, mode: 0o640, named: named)
            try file.write([1, 2, 3])
            try file.sync()
            file.close()
            #expect(try files(below: media.path).isEmpty)
        }
    }

    @Test("Linking gives a complete file its name, with and without unnamed files", arguments: [false, true])
    func linked(named: Bool) async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            let file = try UnnamedFile(in: media.incoming, mode: 0o640, named: named)
            try file.write([1, 2, 3])
            try await media.archive.commit(file, asOriginal: id)
            file.close()
            #expect(try files(below: media.path) == [media.relativePath(of: .original(id))])
            #expect(try media.open(.original(id)).read(at: 1, count: 9) == [2, 3])
        }
    }

    @Test("An original is never replaced")
    func taken() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            try await commit([1], as: id, in: media)
            let failure = await #expect(throws: FileFailure.self) { try await commit([2], as: id, in: media) }
            #expect(failure?.isTaken == true)
            #expect(try media.open(.original(id)).read(at: 0, count: 9) == [1])
        }
    }

    @Test("Rendering a variant again replaces the earlier one atomically (I4)")
    func replaced() async throws {
        try await withMediaFolder { media in
            let variant = VariantFile(blob: BlobID.random(), size: .large, format: .webp)
            try write([1], as: variant, in: media)
            try write([2, 2], as: variant, in: media)
            #expect(try media.open(.variant(variant)).read(at: 0, count: 9) == [2, 2])
            #expect(try files(below: media.path).count == 1)
        }
    }

    @Test("Removing ids removes originals and variants, and nothing else")
    func removingIDs() async throws {
        try await withMediaFolder { media in
            let (gone, kept) = (BlobID.random(), BlobID.random())
            for id in [gone, kept] {
                try await commit([1], as: id, in: media)
                try write([2], as: VariantFile(blob: id, size: .large, format: .jpg), in: media)
            }
            try await media.archive.remove([gone])
            #expect(try await media.archive.use(of: [gone]) == StorageUse())
            #expect(try await media.archive.use(of: [kept]) == StorageUse(fileCount: 2, byteCount: 2))
        }
    }

    @Test("Variants that are committed together are all there (I4)")
    func variants() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            let names = [VariantFile(blob: id, size: .thumbnail, format: .jpg), .animated(id)]
            let files = try names.map { name in
                let file = try media.spool.newFile()
                try file.write([3, 4])
                return RenderedFile(name: name, file: file)
            }
            try await media.archive.commit(files, of: id)
            for name in names { #expect(try media.open(.variant(name)).read(at: 0, count: 9) == [3, 4]) }
        }
    }

    @Test("Only originals are accelerated, at the location in the configuration of nginx")
    func delivery() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            let (original, variant) = (ArchiveKey.original(id), ArchiveKey.variant(.animated(id)))
            let archive = media.archive
            #expect(
                archive.delivery(of: original, accelerated: true)
                    == .accelerated(location: "/_originals/\(id.shard)/\(id)")
            )
            #expect(archive.delivery(of: original, accelerated: false) == .file(path: media.path(of: original)))
            #expect(archive.delivery(of: variant, accelerated: true) == .file(path: media.path(of: variant)))
        }
    }

    @Test("Removing missing files succeeds")
    func removing() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            try await commit([1], as: id, in: media)
            try write([2], as: VariantFile(blob: id, size: .large, format: .jpg), in: media)
            try write([3], as: .animated(id), in: media)
            let archive = media.archive
            #expect(try await archive.removeVariants(of: [id]) == 2)
            #expect(try await archive.removeVariants(of: [id]) == 0)
            #expect(try await archive.removeOriginal(id))
            #expect(try await !archive.removeOriginal(id))
            #expect(try await archive.byteCount(of: .original(id)) == nil)
        }
    }

    @Test("A listing shows what the archive wrote and nothing else (I5)")
    func listing() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            try await commit([1, 1, 1], as: id, in: media)
            let variant = VariantFile(blob: id, size: .medium, format: .jpg)
            try write([2], as: variant, in: media)
            try write([2, 2], as: .animated(id), in: media)
            let folder = media.folder(.originals, id.shard)
            let stranger = BlobID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, id.shard.number &+ 1)))
            for name in ["notes.txt", "\(id)~", "\(stranger)", ".hidden"] {
                #expect(FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data()))
            }
            let found = try await media.archivedFiles()
            let byteCounts: [ArchiveKey: Int] = [.original(id): 3, .variant(variant): 1, .variant(.animated(id)): 2]
            #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.key, $0.byteCount) }) == byteCounts)
            #expect(found.allSatisfy { abs($0.modifiedAt.timeIntervalSinceNow) < 60 })
            #expect(try await media.archive.use(of: [id]) == StorageUse(fileCount: 3, byteCount: 6))
        }
    }

    @Test("A shard with many files is listed in pages, each file once (I5)", arguments: [1, 2, 3, 7, 100])
    func pages(pageSize: Int) async throws {
        try await withMediaFolder { media in
            var expected: Set<ArchiveKey> = []
            // All but two in one shard.
            var ids = (0..<7).map { _ in
                var bytes = UUID().uuid
                bytes.15 = 0x2A
                return BlobID(UUID(uuid: bytes))
            }
            ids += [BlobID.random(), BlobID.random()]
            for id in ids {
                try await commit([1], as: id, in: media)
                try write([2], as: .animated(id), in: media)
                expected.formUnion([.original(id), .variant(.animated(id))])
            }
            let archive = DiskArchive(media, pageSize: pageSize)
            var (found, shares): ([ArchiveKey], [Double]) = ([], [])
            var cursor: ArchiveCursor?
            repeat {
                let page = try await archive.list(after: cursor)
                #expect(page.files.count <= pageSize)
                found += page.files.map(\.key)
                shares.append(page.share)
                cursor = page.next
            } while cursor != nil
            #expect(found.count == expected.count && Set(found) == expected)
            #expect(shares == shares.sorted() && shares.last == 1)
        }
    }

    @Test("Files that appear or go while a folder is listed do not hide others (I5)")
    func changingFolder() async throws {
        try await withMediaFolder { media in
            let ids = (0..<9).map { _ in
                var bytes = UUID().uuid
                bytes.15 = 0
                return BlobID(UUID(uuid: bytes))
            }.sorted()
            for id in ids where id != ids[0] { try await commit([1], as: id, in: media) }
            let archive = DiskArchive(media, pageSize: 3)
            let first = try await archive.list(after: nil)
            #expect(first.files.map(\.key.blob) == Array(ids[1...3]))
            try await commit([1], as: ids[0], in: media)
            try await archive.removeOriginal(ids[2])
            let second = try await archive.list(after: first.next)
            #expect(second.files.map(\.key.blob) == Array(ids[4...6]))
        }
    }

    @Test("Missing and empty files are told from others")
    func missing() async throws {
        try await withMediaFolder { media in
            let (full, empty, gone) = (BlobID.random(), BlobID.random(), BlobID.random())
            try await commit([1], as: full, in: media)
            try await commit([], as: empty, in: media)
            let keys = [full, empty, gone].map(ArchiveKey.original)
            #expect(try await media.archive.missing(among: keys) == Set(keys[1...]))
        }
    }

    @Test("One file that cannot be removed does not keep others (I5)")
    func stubborn() async throws {
        try await withMediaFolder { media in
            let (gone, stubborn) = (BlobID.random(), BlobID.random())
            try await commit([1], as: gone, in: media)
            let path = media.path(of: .original(stubborn))
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let failures = try await media.archive.remove([stubborn, gone])
            #expect(failures.keys.map { $0 } == [stubborn])
            #expect(try await media.archive.use(of: [gone]) == StorageUse())
        }
    }

    @Test("Files that a killed writer left in the spool can be found and removed (I5)")
    func unfinished() async throws {
        try await withMediaFolder { media in
            let path = "\(media.incoming)/\(BlobID.random()).part"
            #expect(FileManager.default.createFile(atPath: path, contents: Data([1, 2])))
            #expect(FileManager.default.createFile(atPath: "\(media.incoming)/notes.txt", contents: Data()))
            let found = try media.spool.unfinishedFiles()
            #expect(found.map(\.byteCount) == [2])
            for file in found { try media.spool.remove(file) }
            #expect(try files(below: media.path) == ["incoming/notes.txt"])
        }
    }

    @Test("Files belong to the group of the media folder (I7)", .enabled(if: geteuid() == 0, "needs root"))
    func group() async throws {
        try await withScratchFolder { folder in
            let root = "\(folder)/media"
            #expect(mkdir(root, 0o2750) == 0)
            #expect(chown(root, 0, 54_321) == 0)
            #expect(chmod(root, 0o2750) == 0)
            let media = try MediaFolder(root)
            let id = BlobID.random()
            try await commit([1], as: id, in: media)
            var info = stat()
            #expect(stat(media.path(of: .original(id)), &info) == 0)
            #expect(info.st_gid == 54_321)
        }
    }

    @Test("A folder without the sentinel is made into a media folder only where there is no database (I5)")
    func unmounted() async throws {
        try await withScratchFolder { folder in
            let failure = #expect(throws: FileFailure.self) { try MediaFolder(folder, mayBeNew: false) }
            #expect(failure?.isMissing == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            _ = try MediaFolder(folder)
            _ = try MediaFolder(folder, mayBeNew: false)
        }
    }

    @Test("A folder without the sentinel is not taken for a media folder (I5)")
    func sentinel() async throws {
        try await withScratchFolder { folder in
            let failure = #expect(throws: FileFailure.self) { try MediaFolder(existing: folder) }
            #expect(failure?.isMissing == true)
            _ = try MediaFolder("\(folder)/media")
            #expect(try MediaFolder(existing: "\(folder)/media/").path == "\(folder)/media")
        }
    }
}

/// Commits an original as an upload does.
func commit(_ bytes: [UInt8], as id: BlobID, in media: MediaFolder) async throws {
    let file = try media.spool.newFile()
    defer { file.close() }
    try file.write(bytes)
    try await media.archive.commit(file, asOriginal: id)
}

/// Commits a variant without its siblings.
func write(_ bytes: [UInt8], as variant: VariantFile, in media: MediaFolder) throws {
    let file = try media.spool.newFile()
    defer { file.close() }
    try file.write(bytes)
    try file.link(to: media.path(of: .variant(variant)), replacing: true)
}

@Suite(.timeLimit(.standard)) struct ShardTests {
    @Test("The folder of a file is named like the end of its id")
    func name() {
        let id = BlobID.random()
        #expect(id.shard.description == id.description.suffix(2))
    }
}
