import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct JPEGMetadataStripperTests {
    private typealias Make = PictureBytes

    private static let frame = Make.frame(0xC0, width: 30, height: 20)

    @Test("Tables and pixels are unchanged", arguments: ["phone.jpg", "phone-progressive.jpg"])
    func pixels(name: String) throws {
        let file = try StrippedFile(name)
        let original = pixels(of: file.original)
        #expect(pixels(of: file.bytes) == original)
        #expect(file.bytes.suffix(2) == [0xFF, 0xD9])
        #expect(original.count > 500)
    }

    @Test("JFIF, profile and Adobe's colour transform are kept, other application segments are removed")
    func applications() throws {
        let profile = Make.segment(0xE2, Array("ICC_PROFILE\0\u{1}\u{1}abc".utf8))
        let adobe = Make.segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 1])
        let others = ([0xE0, 0xE1, 0xE2, 0xEE] + Array(0xE3...0xED) + [0xEF]).flatMap { Make.segment($0, [1, 2, 3]) }
        let file = try StrippedFile(Make.jpeg(others, profile, others, adobe, Self.frame, Make.scan()))
        #expect(file.bytes == Make.jpeg(profile, adobe, Self.frame, Make.scan()))
        #expect(file.removed == [.iptc, .other])
    }

    @Test("The thumbnail of JFIF is removed, and so are bytes after Adobe's segment")
    func shortened() throws {
        let jfif = Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1]
        let thumbnail = Make.segment(0xE0, jfif + [1, 1, 7, 7, 7])
        let adobe = Make.segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 1, 9, 9])
        let file = try StrippedFile([0xFF, 0xD8] + thumbnail + adobe + Self.frame + Make.scan() + [0xFF, 0xD9])
        let short = Make.segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 1])
        #expect(file.bytes == Make.jpeg(short, Self.frame, Make.scan()))
        #expect(file.removed == [.other, .thumbnail])
    }

    @Test("Only the orientation is kept in place of the first EXIF block", arguments: 1...8)
    func orientation(orientation: Int) throws {
        let exif = Array("Exif\0\0".utf8) + Make.exif(orientation: orientation) + Array("more".utf8)
        let second = Make.exifSegment(orientation: 5)
        let file = try StrippedFile(Make.jpeg(Make.segment(0xE1, exif), second, Self.frame, Make.scan()))
        let minimal = orientation == 1 ? [] : Make.exifSegment(orientation: orientation)
        #expect(file.bytes == Make.jpeg(minimal, Self.frame, Make.scan()))
        #expect(file.removed == [.exif])
    }

    @Test("A segment within pixels becomes an empty comment, so that they end there as before")
    func behindScan() throws {
        let comment = Make.segment(0xFE, Array("words".utf8))
        let file = try StrippedFile(Make.jpeg(Self.frame, Make.scan(), comment, [1, 2, 3]))
        #expect(file.bytes == Make.jpeg(Self.frame, Make.scan(), Make.segment(0xFE, []), [1, 2, 3]))
    }

    @Test("Bytes after a segment with a wrong length are removed too, as decoders skip them")
    func wrongLength() throws {
        let exif = Make.segment(0xE1, Array("Exif\0\0".utf8)) + Array("GPS and more".utf8)
        let file = try StrippedFile(Make.jpeg(exif, Self.frame, Make.scan()))
        #expect(file.bytes == Make.jpeg(Self.frame, Make.scan()))
    }

    @Test("Recognised metadata is removed from a truncated or malformed file", arguments: [0, 1, 2])
    func malformed(way: Int) throws {
        let comment = Make.segment(0xFE, Array("words".utf8))
        let rest = [[0xFF, 0xC4, 0, 1] + comment, Array(Make.scan().dropLast(3)), Array(comment.dropLast(2))][way]
        let file = try StrippedFile([0xFF, 0xD8] + comment + Self.frame + rest)
        let kept = way == 2 ? [] : rest
        #expect(file.bytes == [0xFF, 0xD8] + Self.frame + kept)
    }

    @Test("A file without pixels has no trailer")
    func withoutPixels() throws {
        let file = try StrippedFile(Make.jpeg(Self.frame) + [1, 2, 3])
        #expect(file.bytes == file.original)
    }

    @Test("More pieces of metadata than in any real picture are rejected (I8)")
    func limit() {
        // Apart from each other, or they would be one piece.
        let pieces = (0...StripEdits.countLimit).flatMap { _ in Make.segment(0xFE, []) + Make.segment(0xDD, [0, 0]) }
        #expect(throws: ImageLimitExceeded.segmentCount(10_000)) { try StrippedFile(Make.jpeg(pieces)) }
    }

    /// All segments that are no metadata, and what lies between them.
    private func pixels(of bytes: [UInt8]) -> [UInt8] {
        var source = BufferedFileReader(bytes)
        var segments = JPEGSegments()
        var (pixels, start): ([UInt8], Int?) = ([], nil)
        while let segment = segments.next(&source), segment.marker != JPEGSegments.endOfImage {
            if let start { pixels += bytes[start..<segment.start] }
            start = segment.isMetadata ? nil : segment.start
            if segment.marker == JPEGSegments.startOfScan { start = segment.start }
        }
        return pixels
    }
}
