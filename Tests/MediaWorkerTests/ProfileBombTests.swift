import Fixtures
import Media
import TestSupport
import Testing

@testable import Pictures

@Suite("Colour profile bombs", .serialized, .timeLimit(.standard))
struct ProfileBombTests {
    @Test("I8: a profile that inflates to 48 MiB is not used, and the picture is rendered without it")
    func profile() async throws {
        var limits = WorkerLimits.patient
        limits.memoryCeiling = 200 << 20
        try await withWorker(limits: limits) { worker, media in
            let plain = try Fixture.bytes("plain.png")
            let header = PNGChunks.signatureLength + 25
            let bomb = PNGChunks.chunk("iCCP", Array("bomb\0\0".utf8) + (try packedProfile(byteCount: 48 << 20)))
            #expect(bomb.count < 400_000)
            let job = try addJob(plain[..<header] + bomb + plain[header...], to: media)
            let picture = try await worker.picture(of: job)
            let largest = try #require(picture.variants.last)
            #expect(isRed(try Pixels(largest.file(of: job.id), in: media).at(0.1, 0.1)))
        }
    }

    /// A profile as photographs have it, with zeros behind it, in a zlib stream.
    private func packedProfile(byteCount: Int) throws -> [UInt8] {
        let photograph = try Fixture.bytes("p3-profile.jpg")
        let name = Array("ICC_PROFILE\0".utf8)
        let start = try #require(
            photograph.indices.first { photograph[$0...].starts(with: name) }.map { $0 + name.count + 2 }
        )
        let length = photograph[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        let head = PNGChunks.bytes(UInt32(byteCount)) + photograph[start + 4..<start + length]
        return ZlibStream.bytes(head, zeros: byteCount - head.count)
    }
}
