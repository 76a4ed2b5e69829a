import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct JPEGHeaderTests {
    private typealias Make = PictureBytes

    @Test("A frame header of any kind gives size, precision and coding", arguments: UInt8(0xC0)...0xCF)
    func frames(marker: UInt8) throws {
        // DHT, JPG and DAC are no frames.
        let isFrame = ![0xC4, 0xC8, 0xCC].contains(marker)
        let found = try facts(.jpeg, Make.jpeg(Make.frame(marker, width: 300, height: 200)))
        #expect((found != nil) == isFrame)
        guard let found else { return }
        #expect((found.storedWidth, found.storedHeight, found.bitDepth, found.componentCount) == (300, 200, 8, 3))
        #expect(found.isProgressive == [0xC2, 0xC6, 0xCA, 0xCE].contains(marker))
        #expect(found.isLossless == [0xC3, 0xC7, 0xCB, 0xCF].contains(marker))
        #expect(found.isArithmetic == (marker > 0xC8))
    }

    @Test(
        "Coefficients are counted in whole units of the picture",
        arguments: [
            // Units of 16×16: two across and one down, with four blocks of the first component and one each of others.
            ([0x22, 0x11, 0x11], 17, 16, 2 * (4 + 1 + 1) * 128), ([0x11], 17, 16, 3 * 2 * 128),
            ([0x11, 0x11, 0x11], 16, 16, 4 * 3 * 128), ([0x41, 0x11, 0x11], 33, 8, 2 * (4 + 1 + 1) * 128),
            // Factors out of range are taken for the nearest in it.
            ([0x00, 0xFF], 32, 32, (1 + 16) * 128),
        ] as [([UInt8], Int, Int, Int)]
    )
    func coefficients(sampling: [UInt8], width: Int, height: Int, byteCount: Int) throws {
        let progressive = Make.frame(0xC2, width: width, height: height, sampling: sampling)
        #expect(try facts(.jpeg, Make.jpeg(progressive))?.coefficientByteCount == byteCount)
    }

    @Test("The decoder of a baseline JPEG with several scans holds all coefficients")
    func multiScan() throws {
        let frame = Make.frame(0xC0, width: 100, height: 100)
        let whole = try #require(try facts(.jpeg, Make.jpeg(frame, Make.scan())))
        #expect((whole.scanCount, whole.coefficientByteCount, whole.decoderMemoryModel) == (1, 0, .rows))
        let parted = try #require(try facts(.jpeg, Make.jpeg(frame, Make.scan(of: 1))))
        #expect(parted.scanCount == 1)
        #expect(parted.decoderMemoryModel == .coefficients)
    }

    @Test("Only the first EXIF block determines the orientation, if it precedes the pixels")
    func exif() throws {
        func orientation(_ parts: [UInt8]...) throws -> Int? {
            let frame = Make.frame(0xC0, width: 30, height: 20)
            return try facts(.jpeg, Make.jpeg(parts.flatMap { $0 }, frame, Make.scan()))?.orientation
        }
        let (six, one) = (Make.exifSegment(orientation: 6), Make.exifSegment(orientation: 1))
        #expect(try orientation(six, one) == 6)
        #expect(try orientation(one, six) == 1)
        #expect(try orientation(Make.segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8)), six) == 6)
        #expect(try orientation(Make.frame(0xC0, width: 30, height: 20), Make.scan(), six) == 1)
    }

    @Test("An orientation is read from any integer type", arguments: [1, 3, 4])
    func orientationTypes(type: Int) throws {
        func orientation(_ value: Int, count: Int = 1) throws -> Int? {
            let block = Array("Exif\0\0".utf8) + Make.exif(orientation: value, type: type, count: count)
            let bytes = Make.jpeg(Make.segment(0xE1, block), Make.frame(0xC0, width: 30, height: 20))
            return try facts(.jpeg, bytes)?.orientation
        }
        #expect(try orientation(8) == 8)
        #expect(try orientation(9) == 1)
        #expect(try orientation(0) == 1)
        #expect(try orientation(8, count: 0) == 1)
    }

    @Test("The number of metadata segments is limited, wherever they are (I8)")
    func segments() throws {
        let frame = Make.frame(0xC0, width: 30, height: 20)
        func picture(_ count: Int, behindScan: Bool) -> [UInt8] {
            let comments = (0..<count).flatMap { _ in Make.segment(0xFE, []) }
            return behindScan ? Make.jpeg(frame, Make.scan(), comments) : Make.jpeg(comments, frame, Make.scan())
        }
        for behindScan in [false, true] {
            // One more is the segment that all JPEGs begin with.
            #expect(try facts(.jpeg, picture(999, behindScan: behindScan)) != nil)
            #expect(throws: ImageLimitExceeded.segmentCount(1_000)) {
                try facts(.jpeg, picture(1_000, behindScan: behindScan))
            }
        }
    }

    @Test("The total size of a colour profile is limited (I8)")
    func profile() throws {
        let part = Make.segment(0xE2, Array("ICC_PROFILE\0".utf8) + [UInt8](repeating: 7, count: 65_521))
        let frame = Make.frame(0xC0, width: 30, height: 20)
        func picture(parts: Int) -> [UInt8] { Make.jpeg((0..<parts).flatMap { _ in part }, frame) }
        #expect(try facts(.jpeg, picture(parts: 64)) != nil)
        #expect(throws: ImageLimitExceeded.profileByteCount(4 << 20)) { try facts(.jpeg, picture(parts: 65)) }
        // Segments of the same kind that hold something else do not count.
        let other = Make.segment(0xE2, Array("MPF\0".utf8) + [UInt8](repeating: 7, count: 65_529))
        #expect(try facts(.jpeg, Make.jpeg((0..<70).flatMap { _ in other }, frame)) != nil)
    }

    @Test("Parsing stops at a truncated or invalid header (I6)")
    func malformed() throws {
        let start = Array(Make.jpeg().dropLast(2))
        #expect(try facts(.jpeg, start + [0xFF, 0xC0, 0, 1]) == nil)
        #expect(try facts(.jpeg, start + [0xFF, 0xC0, 0, 17, 8, 0, 1, 0, 1, 3]) == nil)
        #expect(try facts(.jpeg, start) == nil)
        // Bytes between segments that are none, and bytes that fill up before a marker.
        let odd = start + [0, 1, 2, 0xFF, 0xFF] + Make.frame(0xC0, width: 30, height: 20)
        #expect(try facts(.jpeg, odd)?.storedWidth == 30)
    }
}
