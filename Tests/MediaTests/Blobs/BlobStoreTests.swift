import Fixtures
import FoundationEssentials
import Glibc
import Pictures
import Testing
import Vocabulary

@testable import Kernel
@testable import Media

@Suite struct BlobStoreTests {
    @Test("Files are readable by the group of the media folder and by nobody else, whatever the umask (I7)")
    func modes() async throws {
        try await withStore { store in
            let id = BlobID.random()
            try keep([1], as: id, in: store)
            let variant = VariantFile(blob: id, size: .thumbnail, format: .jpg)
            try write([2], as: variant, in: store)
            #expect(mode(of: store.path(ofOriginal: id)) == 0o640)
            #expect(mode(of: store.path(of: variant)) == 0o640)
            #expect(mode(of: store.root) == 0o2750)
            #expect(mode(of: store.folder(.originals, id.shard)) == 0o2750)
            #expect(mode(of: store.folder(.variants, id.shard)) == 0o2750)
        }
    }

    @Test("A file that is not linked leaves nothing behind (I4, I5)", arguments: [false, true])
    func unlinked(named: Bool) async throws {
        try await withStore { store in
            let file = try UnnamedFile(in: store.incoming, mode: 0o640, named: named)
            try file.write([1, 2, 3])
            try file.sync()
            file.close()
            #expect(try files(below: store.root).isEmpty)
        }
    }

    @Test("Linking gives a complete file its name, with and without unnamed files", arguments: [false, true])
    func linked(named: Bool) async throws {
        try await withStore { store in
            let id = BlobID.random()
            let file = try UnnamedFile(in: store.incoming, mode: 0o640, named: named)
            try file.write([1, 2, 3])
            try store.keep(file, as: id)
            file.close()
            #expect(try files(below: store.root) == [store.relativePath(ofOriginal: id)])
            #expect(try store.openOriginal(id).read(at: 1, count: 9) == [2, 3])
        }
    }

    @Test("An original is never replaced")
    func taken() async throws {
        try await withStore { store in
            let id = BlobID.random()
            try keep([1], as: id, in: store)
            let failure = #expect(throws: FileFailure.self) { try keep([2], as: id, in: store) }
            #expect(failure?.isTaken == true)
            #expect(try store.openOriginal(id).read(at: 0, count: 9) == [1])
        }
    }

    @Test("A variant that is rendered again replaces the earlier one in one step (I4)")
    func replaced() async throws {
        try await withStore { store in
            let variant = VariantFile(blob: BlobID.random(), size: .large, format: .webp)
            try write([1], as: variant, in: store)
            try write([2, 2], as: variant, in: store)
            #expect(try store.open(variant).read(at: 0, count: 9) == [2, 2])
            #expect(try files(below: store.root).count == 1)
        }
    }

    @Test("Removing is success too when there is nothing")
    func removing() async throws {
        try await withStore { store in
            let id = BlobID.random()
            try keep([1], as: id, in: store)
            try write([2], as: VariantFile(blob: id, size: .large, format: .jpg), in: store)
            try write([3], as: .animated(id), in: store)
            #expect(try store.removeVariants(of: id) == 2)
            #expect(try store.removeVariants(of: id) == 0)
            #expect(try store.removeOriginal(id))
            #expect(try !store.removeOriginal(id))
            #expect(try store.byteCount(ofOriginal: id) == nil)
        }
    }

    @Test("A listing shows what the store wrote and nothing else (I5)")
    func listing() async throws {
        try await withStore { store in
            let id = BlobID.random()
            try keep([1, 1, 1], as: id, in: store)
            let variant = VariantFile(blob: id, size: .medium, format: .jpg)
            try write([2], as: variant, in: store)
            try write([2, 2], as: .animated(id), in: store)
            let folder = store.folder(.originals, id.shard)
            let stranger = BlobID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, id.shard.number &+ 1)))
            for name in ["notes.txt", "\(id)~", "\(stranger)", ".hidden"] {
                #expect(FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data()))
            }
            let found = try store.files(in: id.shard)
            #expect(Set(found.map(\.kind)) == [.original, .variant(variant), .variant(.animated(id))])
            #expect(found.allSatisfy { $0.id == id && abs($0.modifiedAt.timeIntervalSinceNow) < 60 })
            #expect(Set(found.map(\.byteCount)) == [3, 2, 1])
            let use = try store.use()
            #expect(use.originals == StorageUse(fileCount: 1, byteCount: 3))
            #expect(use.variants == StorageUse(fileCount: 2, byteCount: 3))
        }
    }

    @Test("What a killed writer left in incoming can be found and removed (I5)")
    func unfinished() async throws {
        try await withStore { store in
            let path = "\(store.incoming)/\(BlobID.random()).part"
            #expect(FileManager.default.createFile(atPath: path, contents: Data([1, 2])))
            #expect(FileManager.default.createFile(atPath: "\(store.incoming)/notes.txt", contents: Data()))
            let found = try store.unfinishedFiles()
            #expect(found.map(\.byteCount) == [2])
            for file in found { try store.remove(file) }
            #expect(try files(below: store.root) == ["incoming/notes.txt"])
        }
    }

    @Test("Files belong to the group of the media folder (I7)", .enabled(if: geteuid() == 0, "needs root"))
    func group() async throws {
        try await withScratchFolder { folder in
            let root = "\(folder)/media"
            #expect(mkdir(root, 0o2750) == 0)
            #expect(chown(root, 0, 54_321) == 0)
            #expect(chmod(root, 0o2750) == 0)
            let store = try BlobStore(root: root)
            let id = BlobID.random()
            try keep([1], as: id, in: store)
            var info = stat()
            #expect(stat(store.path(ofOriginal: id), &info) == 0)
            #expect(info.st_gid == 54_321)
        }
    }

    @Test("A folder without the sentinel is made into a store only where there is no database (I5)")
    func unmounted() async throws {
        try await withScratchFolder { folder in
            let failure = #expect(throws: FileFailure.self) { try BlobStore(root: folder, mayBeNew: false) }
            #expect(failure?.isMissing == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            _ = try BlobStore(root: folder)
            _ = try BlobStore(root: folder, mayBeNew: false)
        }
    }

    @Test("A folder without the sentinel is not taken for a store (I5)")
    func sentinel() async throws {
        try await withScratchFolder { folder in
            let failure = #expect(throws: FileFailure.self) { try BlobStore(existing: folder) }
            #expect(failure?.isMissing == true)
            _ = try BlobStore(root: "\(folder)/media")
            #expect(try BlobStore(existing: "\(folder)/media/").root == "\(folder)/media")
        }
    }
}

func keep(_ bytes: [UInt8], as id: BlobID, in store: BlobStore) throws {
    let file = try store.newOriginal()
    defer { file.close() }
    try file.write(bytes)
    try store.keep(file, as: id)
}

func write(_ bytes: [UInt8], as variant: VariantFile, in store: BlobStore) throws {
    let file = try UnnamedFile(in: store.incoming, mode: BlobStore.fileMode)
    defer { file.close() }
    try file.write(bytes)
    try file.link(to: store.path(of: variant), replacing: true)
}
