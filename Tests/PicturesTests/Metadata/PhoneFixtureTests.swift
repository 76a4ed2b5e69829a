import Fixtures
import TestSupport
import Testing

@testable import Pictures

/// Real files, with all that phones and editors put into them.
@Suite(.timeLimit(.standard)) struct PhoneFixtureTests {
    private static let phones = [
        "phone.jpg", "phone-progressive.jpg", "phone.png", "phone.gif", "phone.webp", "phone.heic", "phone.avif",
        "phone-motion.heic",
    ]

    @Test("No secret is left in a picture, and the stripped metadata is reported (I7)", arguments: phones)
    func secrets(name: String) throws {
        let file = try StrippedFile(name)
        #expect(String(decoding: file.original, as: UTF8.self).contains("Secret"))
        #expect(!file.contains("Secret"))
        #expect(!file.contains("GPS"))
        #expect(file.removed.contains(.gps) && file.removed.contains(.xmp))
        #expect(file.removed == file.removed.sorted())
    }

    @Test(
        "Each kind of metadata has its name",
        arguments: [
            (
                "phone.jpg",
                [.comment, .exif, .gps, .iptc, .makerNote, .other, .thumbnail, .trailer, .xmp]
            ),
            ("phone.png", [.exif, .gps, .makerNote, .other, .text, .thumbnail, .time, .trailer, .xmp]),
            ("phone.gif", [.comment, .gps, .trailer, .xmp]),
            ("phone.webp", [.exif, .gps, .makerNote, .other, .thumbnail, .trailer, .xmp]),
            ("phone.heic", [.exif, .gps, .makerNote, .thumbnail, .xmp]),
            ("phone-motion.heic", [.exif, .gps, .makerNote, .other, .thumbnail, .xmp]),
        ] as [(String, [RemovedMetadata])]
    )
    func kinds(name: String, kinds: [RemovedMetadata]) throws {
        #expect(try StrippedFile(name).removed == kinds)
    }

    @Test("Size, orientation, frames and all other facts are preserved", arguments: phones)
    func facts(name: String) throws {
        let file = try StrippedFile(name)
        let before = try #require(try PicturesTests.facts(file.kind, file.original))
        #expect(try PicturesTests.facts(file.kind, file.bytes) == before)
        if name != "phone.gif" { #expect((before.width, before.height) == (96, 64)) }
    }

    @Test("A second time there is nothing to remove")
    func idempotent() throws {
        let pictures = try Fixture.names.map(Fixture.bytes).filter { FileKind(signature: $0) != nil }
        for picture in pictures {
            let file = try StrippedFile(picture)
            // Of a JPEG that was cut off right behind its start, not enough is left to be known.
            guard FileKind(signature: file.bytes) != nil else { continue }
            #expect(try StrippedFile(file.bytes).removed == [])
        }
        #expect(pictures.count > 40)
    }

    @Test(
        "A file without metadata is unchanged",
        arguments: [
            "plain.png", "still.gif", "moving.gif", "moving.png", "moving.webp", "lossy.webp", "lossless.webp",
            "textured.jpg", "orientation-6.jpg", "orientation-6.png", "orientation-6.webp", "srgb-profile.jpg",
            "cmyk.jpg", "many-scans.jpg", "picture.avif", "picture.heic", "turned.avif",
        ]
    )
    func untouched(name: String) throws {
        let bytes = try Fixture.bytes(name)
        var source = BufferedFileReader(bytes)
        let kind = try #require(FileKind(signature: bytes))
        #expect(try MetadataStripper.plan(for: kind, &source) == nil)
    }

    @Test("exiftool finds only what is needed for display (I7)", arguments: phones)
    func exifTool(name: String) async throws {
        let file = try StrippedFile(name)
        try await withScratchFolder { folder in
            let before = try await exifToolTags(of: file.original, in: folder)
            let personal = ["GPS:GPSLatitude", "ExifIFD:SerialNumber", "IFD0:Make", "XMP-dc:Creator"]
            #expect(personal.contains { before[$0] != nil })
            let tags = try await exifToolTags(of: file.bytes, in: folder)
            let groups = Set(tags.keys.map { $0.split(separator: ":")[0] })
            let harmless: Set<Substring> = [
                "SourceFile", "ExifTool", "System", "File", "JFIF", "IFD0", "PNG", "PNG-pHYs", "GIF", "RIFF",
                "ICC_Profile", "ICC-header", "QuickTime", "Meta", "Composite",
            ]
            #expect(groups.subtracting(harmless) == [])
            #expect(tags["File:Comment"] == nil)
            #expect(tags["ExifTool:Error"] == nil)
            #expect(tags.keys.filter { $0.hasPrefix("IFD0:") }.allSatisfy { $0 == "IFD0:Orientation" })
            // HEIF turns pictures by another way, and has a place to fill where EXIF was.
            let isHEIF = file.kind == .heif || file.kind == .avif
            #expect(isHEIF || tags["IFD0:Orientation"] == before["IFD0:Orientation"])
            #expect(isHEIF || tags["ExifTool:Warning"] == nil)
            for profile in ["ICC_Profile:RedMatrixColumn", "ICC-header:ColorSpaceData"] {
                #expect(tags[profile] == before[profile])
            }
        }
    }
}
