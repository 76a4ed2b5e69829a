import Fixtures
import Hashing
import NIOCore
import Pictures
import TestSupport
import Testing
import Vocabulary

@testable import Media

@Suite(.timeLimit(.standard)) struct OriginalWriterTests {
    @Test("An original is stored without its metadata, and the hash is that of the stored file (I7)")
    func stripped() async throws {
        try await withMediaFolder { media in
            let bytes = try Fixture.bytes("phone.jpg")
            let id = BlobID.random()
            let original = try await upload(bytes, as: id, to: media)
            let stripped = try StrippedFile(bytes)
            #expect(try stored(id, in: media) == stripped.bytes)
            #expect((original.byteCount, original.sha256) == (stripped.bytes.count, hash(stripped.bytes)))
            #expect(original.receivedByteCount == bytes.count)
            #expect(original.removedMetadata == stripped.removed)
            #expect(try files(below: media.path) == [media.relativePath(of: .original(id))])
        }
    }

    @Test("Large files are copied in steps (I8)")
    func large() async throws {
        try await withMediaFolder { media in
            let comments = (0..<40).flatMap { _ in PictureBytes.segment(0xFE, [UInt8](repeating: 1, count: 9_000)) }
            let pixels = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 % 251) }
            let picture = PictureBytes.jpeg(
                comments,
                PictureBytes.frame(0xC0, width: 30, height: 20),
                PictureBytes.scan(),
                pixels
            )
            let id = BlobID.random()
            let original = try await upload(picture, as: id, to: media)
            let stripped = try StrippedFile(picture).bytes
            #expect(stripped.count > 200_000 && stripped.count < picture.count - 300_000)
            #expect(try stored(id, in: media) == stripped)
            #expect(original.sha256 == hash(stripped))
        }
    }

    @Test(
        "A file without metadata, or that is not a picture, is stored unchanged",
        arguments: ["plain.png", "text.jpg", "page.jpg", "picture.svg", "picture.tiff"]
    )
    func untouched(name: String) async throws {
        try await withMediaFolder { media in
            let bytes = try Fixture.bytes(name)
            let id = BlobID.random()
            let original = try await upload(bytes, as: id, to: media)
            #expect(try stored(id, in: media) == bytes)
            #expect((original.byteCount, original.sha256) == (bytes.count, hash(bytes)))
            #expect(original.receivedByteCount == bytes.count)
            #expect(original.removedMetadata.isEmpty)
        }
    }

    @Test("A picture of a format that is not rendered is stored without its position too (I7)")
    func plainFile() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            let original = try await upload(try Fixture.bytes("phone.heic"), as: id, to: media, formats: [.jpeg])
            #expect(original.inspection.mediaType == "image/heic")
            #expect(!original.inspection.isImage)
            #expect(original.removedMetadata.contains(.gps))
            #expect(try stored(id, in: media).firstRange(of: Array("Secret".utf8)) == nil)
        }
    }

    @Test("A damaged picture is stored without the metadata before the damage (I7)")
    func damaged() async throws {
        try await withMediaFolder { media in
            let whole = try Fixture.bytes("phone.jpg")
            let frame = try #require(whole.firstRange(of: [0xFF, 0xC0]))
            let id = BlobID.random()
            let original = try await upload(Array(whole[..<frame.lowerBound]), as: id, to: media)
            #expect(original.inspection.isDamaged)
            #expect(try stored(id, in: media).firstRange(of: Array("Secret".utf8)) == nil)
        }
    }

    @Test("Metadata is kept where that is configured")
    func kept() async throws {
        try await withMediaFolder { media in
            let bytes = try Fixture.bytes("phone.jpg")
            let id = BlobID.random()
            let original = try await upload(bytes, as: id, to: media, keepsMetadata: true)
            #expect(try stored(id, in: media) == bytes)
            #expect(original.removedMetadata.isEmpty)
        }
    }

    @Test("Facts of the received file apply to the stored one (I6)", arguments: ["phone.jpg", "phone.webp"])
    func facts(name: String) async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            let original = try await upload(try Fixture.bytes(name), as: id, to: media)
            let again = try Inspector().inspect(media.open(.original(id)))
            #expect(again == original.inspection)
        }
    }

    @Test("When a copy cannot be committed, neither it nor the received file is left (I5)")
    func failed() async throws {
        try await withMediaFolder { media in
            let id = BlobID.random()
            _ = try await upload([1, 2, 3], as: id, to: media)
            await #expect(throws: Intake.Failure.self) {
                try await upload(try Fixture.bytes("phone.jpg"), as: id, to: media)
            }
            #expect(try files(below: media.path) == [media.relativePath(of: .original(id))])
            #expect(try stored(id, in: media) == [1, 2, 3])
        }
    }

    private func upload(
        _ bytes: [UInt8],
        as id: BlobID,
        to media: MediaFolder,
        formats: Set<FileKind> = FileKind.renderedByDefault,
        keepsMetadata: Bool = false
    ) async throws -> StoredOriginal {
        let intake = Intake(
            spool: media.spool,
            archive: media.archive,
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

    private func stored(_ id: BlobID, in media: MediaFolder) throws -> [UInt8] {
        try media.open(.original(id)).read(at: 0, count: 1 << 20)
    }

    private func hash(_ bytes: [UInt8]) -> [UInt8] { SHA256.hash(bytes) }
}
