import Fixtures
import Hashing
import NIOCore
import Pictures
import TestSupport
import Testing
import Vocabulary

@testable import Media

@Suite struct OriginalWriterTests {
    @Test("An original is kept without its metadata, and its own hash is told (I7)")
    func stripped() async throws {
        try await withStore { store in
            let bytes = try Fixture.bytes("phone.jpg")
            let id = BlobID.random()
            let original = try await upload(bytes, as: id, to: store)
            let stripped = try StrippedFile(bytes)
            #expect(try stored(id, in: store) == stripped.bytes)
            #expect((original.byteCount, original.sha256) == (stripped.bytes.count, hash(stripped.bytes)))
            #expect(original.receivedByteCount == bytes.count)
            #expect(original.removedMetadata == stripped.removed)
            #expect(try files(below: store.root) == [store.relativePath(ofOriginal: id)])
        }
    }

    @Test("What is larger than a step is copied in steps (I8)")
    func large() async throws {
        try await withStore { store in
            let comments = (0..<40).flatMap { _ in PictureBytes.segment(0xFE, [UInt8](repeating: 1, count: 9_000)) }
            let pixels = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 % 251) }
            let picture = PictureBytes.jpeg(
                comments,
                PictureBytes.frame(0xC0, width: 30, height: 20),
                PictureBytes.scan(),
                pixels
            )
            let id = BlobID.random()
            let original = try await upload(picture, as: id, to: store)
            let stripped = try StrippedFile(picture).bytes
            #expect(stripped.count > 200_000 && stripped.count < picture.count - 300_000)
            #expect(try stored(id, in: store) == stripped)
            #expect(original.sha256 == hash(stripped))
        }
    }

    @Test(
        "A file with nothing to remove, or that is no picture, is kept as it came",
        arguments: ["plain.png", "text.jpg", "page.jpg", "picture.svg", "picture.tiff"]
    )
    func untouched(name: String) async throws {
        try await withStore { store in
            let bytes = try Fixture.bytes(name)
            let id = BlobID.random()
            let original = try await upload(bytes, as: id, to: store)
            #expect(try stored(id, in: store) == bytes)
            #expect((original.byteCount, original.sha256) == (bytes.count, hash(bytes)))
            #expect(original.receivedByteCount == bytes.count)
            #expect(original.removedMetadata.isEmpty)
        }
    }

    @Test("A phone's picture that is only kept as a file is kept without its place too (I7)")
    func plainFile() async throws {
        try await withStore { store in
            let id = BlobID.random()
            let original = try await upload(try Fixture.bytes("phone.heic"), as: id, to: store, formats: [.jpeg])
            #expect(original.inspection.mediaType == "image/heic")
            #expect(!original.inspection.isImage)
            #expect(original.removedMetadata.contains(.gps))
            #expect(try stored(id, in: store).firstRange(of: Array("Secret".utf8)) == nil)
        }
    }

    @Test("A damaged picture is kept without what was recognised in it (I7)")
    func damaged() async throws {
        try await withStore { store in
            let whole = try Fixture.bytes("phone.jpg")
            let frame = try #require(whole.firstRange(of: [0xFF, 0xC0]))
            let id = BlobID.random()
            let original = try await upload(Array(whole[..<frame.lowerBound]), as: id, to: store)
            #expect(original.inspection.isDamaged)
            #expect(try stored(id, in: store).firstRange(of: Array("Secret".utf8)) == nil)
        }
    }

    @Test("Metadata stays where that is set")
    func kept() async throws {
        try await withStore { store in
            let bytes = try Fixture.bytes("phone.jpg")
            let id = BlobID.random()
            let original = try await upload(bytes, as: id, to: store, keepsMetadata: true)
            #expect(try stored(id, in: store) == bytes)
            #expect(original.removedMetadata.isEmpty)
        }
    }

    @Test("Facts that were read on the way in hold for what is kept (I6)", arguments: ["phone.jpg", "phone.webp"])
    func facts(name: String) async throws {
        try await withStore { store in
            let id = BlobID.random()
            let original = try await upload(try Fixture.bytes(name), as: id, to: store)
            let again = try Inspector().inspect(store.openOriginal(id))
            #expect(again == original.inspection)
        }
    }

    @Test("A copy that cannot be named leaves nothing, and neither does the file as it came (I5)")
    func failed() async throws {
        try await withStore { store in
            let id = BlobID.random()
            _ = try await upload([1, 2, 3], as: id, to: store)
            await #expect(throws: Intake.Failure.self) {
                try await upload(try Fixture.bytes("phone.jpg"), as: id, to: store)
            }
            #expect(try files(below: store.root) == [store.relativePath(ofOriginal: id)])
            #expect(try stored(id, in: store) == [1, 2, 3])
        }
    }

    private func upload(
        _ bytes: [UInt8],
        as id: BlobID,
        to store: BlobStore,
        formats: Set<FileKind> = FileKind.renderedByDefault,
        keepsMetadata: Bool = false
    ) async throws -> StoredOriginal {
        let intake = Intake(
            store: store,
            inspector: try Inspector(formats: formats),
            threads: .singleton,
            keepsMetadata: keepsMetadata
        )
        let body = AsyncThrowingStream<ByteBuffer, any Error> { continuation in
            continuation.yield(ByteBuffer(bytes: bytes))
            continuation.finish()
        }
        return try await intake.receive(id: id, body: body, limit: bytes.count)
    }

    private func stored(_ id: BlobID, in store: BlobStore) throws -> [UInt8] {
        try store.openOriginal(id).read(at: 0, count: 1 << 20)
    }

    private func hash(_ bytes: [UInt8]) -> [UInt8] { SHA256.hash(bytes) }
}
