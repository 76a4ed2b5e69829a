import Fixtures
import TestSupport
import Testing

@testable import Media

@Suite("Colour profiles that are bombs", .serialized, .patient)
struct ProfileBombTests {
    @Test("I8: a profile that unpacks to 48 MiB is not used, and the picture is shown without it")
    func profile() async throws {
        var limits = WorkerLimits.patient
        limits.memoryCeiling = 200 << 20
        try await withWorker(limits: limits) { worker, store in
            let plain = try Fixture.bytes("plain.png")
            let header = PNGChunks.signatureLength + 25
            let bomb = PNGChunks.chunk("iCCP", Array("bomb\0\0".utf8) + (try packedProfile(byteCount: 48 << 20)))
            #expect(bomb.count < 400_000)
            let job = try addJob(plain[..<header] + bomb + plain[header...], to: store)
            let picture = try await worker.picture(of: job)
            let largest = try #require(picture.variants.last)
            #expect(isRed(try Pixels(largest.file(of: job.id), in: store).at(0.1, 0.1)))
        }
    }

    /// A profile as photographs have it, with zeros behind it, in a zlib stream (RFC 1950, 1951).
    private func packedProfile(byteCount: Int) throws -> [UInt8] {
        let photograph = try Fixture.bytes("p3-profile.jpg")
        let name = Array("ICC_PROFILE\0".utf8)
        let start = try #require(
            photograph.indices.first { photograph[$0...].starts(with: name) }.map { $0 + name.count + 2 }
        )
        let length = photograph[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        let head = PNGChunks.bytes(UInt32(byteCount)) + photograph[start + 4..<start + length]
        // A stored block; then a zero, and 258 times the byte before it (length code 285, distance code 0), as often as
        // it takes; the last of these may go a little further than the profile says it does.
        var bits = BitWriter()
        bits.append([0, 0, 0])
        bits.align()
        bits.bytes += [head.count & 0xFF, head.count >> 8, ~head.count & 0xFF, ~head.count >> 8 & 0xFF].map(UInt8.init)
        bits.bytes += head
        bits.append([1, 1, 0] + [0, 0, 1, 1, 0, 0, 0, 0])
        let repeats = (byteCount - head.count) / 258
        for _ in 0..<repeats { bits.append([1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0]) }
        bits.append([0, 0, 0, 0, 0, 0, 0])
        bits.align()
        let zeros = repeats * 258 + 1
        var (first, second) = (1, 0)
        for byte in head { (first, second) = ((first + Int(byte)) % 65_521, (second + first + Int(byte)) % 65_521) }
        second = (second + zeros * first) % 65_521
        return [0x78, 0xDA] + bits.bytes + PNGChunks.bytes(UInt32(second << 16 | first))
    }

    private struct BitWriter {
        var bytes: [UInt8] = []
        private var count = 0

        mutating func append(_ bits: [UInt8]) {
            for bit in bits {
                if count % 8 == 0 { bytes.append(0) }
                bytes[bytes.count - 1] |= bit << UInt8(count % 8)
                count += 1
            }
        }

        mutating func align() { count = 0 }
    }
}
