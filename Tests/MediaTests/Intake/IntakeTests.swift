import Fixtures
import Foundation
import Hashing
import Kernel
import NIOCore
import NIOPosix
import TestSupport
import Testing
import Vocabulary

@testable import Media
@testable import Pictures

@Suite(.timeLimit(.standard)) struct IntakeTests {
    @Test("An upload is stored unchanged, counted and hashed (I1)", arguments: [1, 100, 65_536, 1_000_000])
    func stored(chunkLength: Int) async throws {
        try await withIntake { intake, media in
            let picture = try Fixture.bytes("textured.jpg")
            let bytes = picture.dropLast(2) + [UInt8](repeating: 7, count: 100_000) + picture.suffix(2)
            let id = BlobID.random()
            let original = try await intake.receive(id: id, body: body(bytes, chunkLength), limit: bytes.count)
            #expect(original.byteCount == bytes.count)
            #expect(original.sha256 == SHA256.hash(bytes))
            #expect(original.inspection.facts?.width == 200)
            #expect(try files(below: media.path) == [media.relativePath(of: .original(id))])
            #expect(try media.open(.original(id)).read(at: 0, count: bytes.count + 1) == bytes)
            #expect(try await intake.inspect(id) == original.inspection)
        }
    }

    @Test("An upload over the limit is rejected while it is read, and leaves nothing (I5, I8)")
    func tooLarge() async throws {
        try await withIntake { intake, media in
            // Never ends: only a refusal in the middle can end the test.
            let endless = AsyncThrowingStream<ByteBuffer, any Error> { ByteBuffer(repeating: 1, count: 50_000) }
            await #expect(throws: Intake.Failure.tooLarge(limit: 200_000)) {
                try await intake.receive(id: BlobID.random(), body: endless, limit: 200_000)
            }
            try expectNothing(in: media)
        }
    }

    @Test("An empty upload is rejected (I5)")
    func empty() async throws {
        try await withIntake { intake, media in
            await #expect(throws: Intake.Failure.empty) {
                try await intake.receive(id: BlobID.random(), body: body([], 1), limit: 10)
            }
            try expectNothing(in: media)
        }
    }

    @Test(
        "A picture beyond a limit is stored as a file, with the limit that it exceeds (I6)",
        arguments: [
            ("huge.png", ImageLimitExceeded.pixelCount(120_000_000)),
            ("progressive-huge.jpg", .decoderByteCount(80_000_000, .coefficients)),
            ("many-scans.jpg", .scanCount(100)),
            ("interlaced-huge.png", .decoderByteCount(80_000_000, .interlacedPNG)),
        ]
    )
    func overLimit(name: String, limit: ImageLimitExceeded) async throws {
        try await withIntake { intake, media in
            let bytes = try Fixture.bytes(name)
            let id = BlobID.random()
            let original = try await intake.receive(id: id, body: body(bytes, 4_096), limit: 1 << 20)
            #expect(original.inspection.exceededLimit == limit)
            #expect(!original.inspection.isImage && !original.inspection.isDamaged)
            #expect(try await intake.inspect(id) == original.inspection)
        }
    }

    @Test("A picture beyond a limit is stored without its metadata too (I7)")
    func overLimitStripped() async throws {
        try await withIntake { intake, media in
            var bytes = try Fixture.bytes("phone.jpg")
            let sides = try sides(of: bytes)
            bytes.replaceSubrange(sides, with: PictureBytes.big(65_500, 2) + PictureBytes.big(65_500, 2))
            let id = BlobID.random()
            let original = try await intake.receive(id: id, body: body(bytes, 4_096), limit: 1 << 20)
            #expect(original.inspection.exceededLimit == .pixelCount(120_000_000))
            #expect(original.removedMetadata.contains(.gps))
            let kept = try media.open(.original(id)).read(at: 0, count: bytes.count)
            #expect(kept.firstRange(of: Array("Secret".utf8)) == nil)
        }
    }

    @Test("A picture with more metadata than can be stripped is rejected and leaves nothing (I5, I7)")
    func refused() async throws {
        try await withIntake { intake, media in
            let pieces = (0...StripEdits.countLimit).flatMap { _ in
                PictureBytes.segment(0xFE, []) + PictureBytes.segment(0xDD, [0, 0])
            }
            let bytes = PictureBytes.jpeg(pieces, PictureBytes.frame(0xC0, width: 30, height: 20))
            await #expect(throws: Intake.Failure.refused(.segmentCount(StripEdits.countLimit))) {
                try await intake.receive(id: BlobID.random(), body: body(bytes, 4_096), limit: 1 << 20)
            }
            try expectNothing(in: media)
        }
    }

    @Test("An original that cannot be read again is a failure of the disk, not of the picture")
    func unreadable() async throws {
        try await withIntake { intake, media in
            let id = BlobID.random()
            // A folder can be opened but not read.
            try FileManager.default.createDirectory(
                atPath: media.path(of: .original(id)),
                withIntermediateDirectories: false
            )
            await #expect(throws: FileFailure.self) { try await intake.inspect(id) }
        }
    }

    @Test("A client that disconnects midway leaves nothing (I5)")
    func broken() async throws {
        struct Gone: Error {}
        try await withIntake { intake, media in
            let broken = AsyncThrowingStream<ByteBuffer, any Error> { continuation in
                continuation.yield(ByteBuffer(repeating: 1, count: 100_000))
                continuation.finish(throwing: Gone())
            }
            await #expect(throws: Gone.self) {
                try await intake.receive(id: BlobID.random(), body: broken, limit: 1 << 20)
            }
            try expectNothing(in: media)
        }
    }

    @Test("An upload that is cancelled midway leaves nothing (I5)")
    func cancelled() async throws {
        try await withIntake { intake, media in
            let (asked, ask) = AsyncStream.makeStream(of: Int.self)
            let counter = Counter()
            let stalled = AsyncThrowingStream<ByteBuffer, any Error> {
                let count = await counter.next()
                ask.yield(count)
                guard count > 1 else { return ByteBuffer(repeating: 1, count: 100_000) }
                // The second chunk never comes; only cancellation ends the wait.
                for await _ in AsyncStream<Never>.makeStream().stream {}
                throw CancellationError()
            }
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await intake.receive(id: BlobID.random(), body: stalled, limit: 1 << 20) }
                for await count in asked where count == 2 { break }
                group.cancelAll()
                await #expect(throws: (any Error).self) { try await group.next() }
            }
            try expectNothing(in: media)
        }
    }

    @Test("A form's file is stored without the form")
    func form() async throws {
        try await withIntake { intake, media in
            let picture = try Fixture.bytes("orientation-6.jpg")
            let form =
                Array("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"é.jpg\"\r\n\r\n".utf8) + picture
                + Array("\r\n--b--\r\n".utf8)
            let id = BlobID.random()
            let received = try await intake.receiveForm(
                id: id,
                body: body(form, 37),
                contentType: "multipart/form-data; boundary=b",
                limit: picture.count
            )
            #expect(received.filename == "é.jpg")
            #expect(received.original.byteCount == picture.count)
            #expect(try media.open(.original(id)).read(at: 0, count: form.count) == picture)
        }
    }

    @Test("A truncated form leaves nothing (I5)")
    func brokenForm() async throws {
        try await withIntake { intake, media in
            let form = Array("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabc".utf8)
            await #expect(throws: Intake.Failure.malformedForm(.truncated)) {
                try await intake.receiveForm(
                    id: BlobID.random(),
                    body: body(form, 7),
                    contentType: "multipart/form-data; boundary=b",
                    limit: 100
                )
            }
            await #expect(throws: Intake.Failure.badBoundary(.notAForm)) {
                try await intake.receiveForm(
                    id: BlobID.random(),
                    body: body(form, 7),
                    contentType: "text/plain",
                    limit: 100
                )
            }
            try expectNothing(in: media)
        }
    }

    /// Where a JPEG's frame header holds its height and width; the thumbnail in its EXIF block has one too.
    private func sides(of bytes: [UInt8]) throws -> Range<Int> {
        var source = BufferedFileReader(bytes)
        var segments = JPEGSegments()
        var segment = segments.next(&source)
        while let found = segment, !found.isFrame { segment = segments.next(&source) }
        let start = try #require(segment).payload.lowerBound + 1
        return start..<start + 4
    }

    private func expectNothing(in media: MediaFolder) throws {
        #expect(try files(below: media.path).isEmpty)
    }

    private actor Counter {
        private var count = 0
        func next() -> Int {
            count += 1
            return count
        }
    }

    private func withIntake(_ test: (Intake, MediaFolder) async throws -> Void) async throws {
        try await withMediaFolder { media in
            try await test(
                Intake(spool: media.spool, archive: media.archive, inspector: try Inspector(), threads: .singleton),
                media
            )
        }
    }

    private func body(_ bytes: [UInt8], _ chunkLength: Int) -> AsyncThrowingStream<ByteBuffer, any Error> {
        AsyncThrowingStream { continuation in
            for start in stride(from: 0, to: bytes.count, by: chunkLength) {
                continuation.yield(ByteBuffer(bytes: bytes[start..<min(start + chunkLength, bytes.count)]))
            }
            continuation.finish()
        }
    }
}
