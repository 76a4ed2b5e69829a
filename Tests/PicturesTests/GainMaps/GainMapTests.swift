import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct GainMapTests {
    private typealias Make = PictureBytes

    private static let secret = "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" dc:creator=\"Secret\""
    private static let video = [UInt8](repeating: 7, count: 500)

    @Test("A gain map is kept with its pixels, and the directories have its position", arguments: [false, true])
    func kept(isBigger: Bool) throws {
        let original = try Fixture.bytes("ultra-hdr.jpg")
        let comment = isBigger ? Make.segment(0xFE, Array("Secret".utf8)) : []
        let file = try StrippedFile(original[..<2] + comment + original[2...])
        try expectGainMap(in: file.bytes, pixels: original.suffix(2_000))
        #expect(file.removed == (isBigger ? [.comment, .xmp] : [.xmp]))
        #expect(try facts(.jpeg, file.bytes)?.hasHDR == true)
    }

    @Test("Other metadata is removed from the picture and from its gain map")
    func secrets() throws {
        let gps = try segments(of: Fixture.bytes("gps.jpg"))
        let description = Make.xmp(
            """
            <rdf:Description xmlns:hdrgm="\(Make.hdrgm)" hdrgm:Version="1.0" \(Self.secret)><hdrgm:GainMapMax>\
            <rdf:Seq><rdf:li>1</rdf:li><rdf:li>2.5</rdf:li><rdf:li>3</rdf:li></rdf:Seq></hdrgm:GainMapMax>\
            <hdrgm:Gamma>1.0</hdrgm:Gamma><hdrgm:OffsetSDR>Secret</hdrgm:OffsetSDR></rdf:Description>
            """
        )
        let inner = Make.greyJPEG(gps + description + Make.segment(0xFE, Array("Secret".utf8)))
        let announcement = Make.containerXMP(gainMap: inner.count, secret: Self.secret)
        let file = try StrippedFile(Make.greyJPEG(gps + announcement + Make.directory((1, 0), (2, 3))) + inner)
        #expect(Set(file.removed).isSuperset(of: [.gps, .exif, .xmp, .comment, .iptc]))
        for word in ["Secret", "Exif", "GPS", "creator", "Photoshop"] { #expect(!file.contains(word), "\(word)") }
        for word in ["<rdf:li>2.5</rdf:li>", "hdrgm:Gamma=\"1.0\""] { #expect(file.contains(word), "\(word)") }
        try expectGainMap(in: file.bytes)
    }

    @Test("The video of a motion photograph is removed, and its gain map is kept")
    func motionPhoto() throws {
        let inner = Make.greyJPEG(Make.gainMapXMP)
        let item = """
            <rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="MotionPhoto" Item:Mime="video/mp4" \
            Item:Length="\(Self.video.count)"/></rdf:li>
            """
        let announcement = Make.containerXMP(gainMap: inner.count, others: item)
        let file = try StrippedFile(Make.greyJPEG(announcement) + inner + Self.video)
        #expect(file.removed == [.trailer, .xmp])
        #expect(file.bytes.suffix(inner.count).starts(with: [0xFF, 0xD8]) && file.bytes.suffix(2) == [0xFF, 0xD9])
        #expect(!file.contains("MotionPhoto"))
        try expectGainMap(in: file.bytes)
        let video = try StrippedFile(Make.greyJPEG(announcement) + Self.video)
        #expect(video.removed == [.trailer, .xmp])
        #expect(try facts(.jpeg, video.original)?.hasHDR == false && !video.contains("GainMap"))
    }

    @Test("A gain map is found by the directory of the file or of its XMP", arguments: [0, 10])
    func places(gap: Int) throws {
        let inner = Make.greyJPEG(Make.gainMapXMP)
        let between = [UInt8](repeating: 0, count: gap)
        let padded = Make.containerXMP(gainMap: inner.count)
            .replacing("Item:Mime=\"image/jpeg\"/>", with: "Item:Mime=\"image/jpeg\" Item:Padding=\"\(gap)\"/>")
        #expect(try StrippedFile(Make.greyJPEG(padded) + between + inner).bytes.suffix(inner.count) == inner[...])
        let primary = Make.greyJPEG(Make.directory((0, 0), (0, 0)))
        let base = try #require(primary.firstRange(of: Array("MM\0*".utf8))).lowerBound
        let placed = Make.greyJPEG(Make.directory((primary.count, 0), (inner.count, primary.count + gap - base)))
        let file = placed + between + inner
        #expect(try facts(.jpeg, file)?.hasHDR == true)
        #expect(try StrippedFile(file).removed == (gap == 0 ? [] : [.trailer]))
    }

    @Test("Parameters of ISO 21496-1 are kept, without the bytes after them")
    func parameters() throws {
        let inner = Make.greyJPEG(Make.parameters(ofGainMap: true, more: Array("Secret".utf8)))
        let primary = Make.greyJPEG(Make.parameters(ofGainMap: false, more: Array("Secret".utf8)) + Make.directory())
        let file = try StrippedFile(primary + inner)
        #expect(file.removed == [.other] && !file.contains("Secret"))
        #expect(file.bytes.firstRange(of: Make.parameters(ofGainMap: true)) != nil)
        try expectGainMap(in: file.bytes)
        // One that breaks off says nothing.
        let short = Make.greyJPEG(Make.segment(0xE2, Array("urn:iso:std:iso:ts:21496:-1\0".utf8) + [0, 0, 0, 0, 0x40]))
        #expect(try facts(.jpeg, primary + short)?.hasHDR == false)
    }

    @Test("A gain map of Apple is kept")
    func apple() throws {
        let inner = Make.greyJPEG(
            Make.xmp(
                """
                <rdf:Description rdf:about="" xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/" \
                xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/" HDRGainMap:HDRGainMapVersion="131072" \
                HDRGainMap:HDRGainMapHeadroom="4.2"><apdi:NativeFormat>Secret</apdi:NativeFormat>\
                <apdi:AuxiliaryImageType>urn:com:apple:photo:2020:aux:hdrgainmap</apdi:AuxiliaryImageType>\
                </rdf:Description>
                """
            )
        )
        let file = try StrippedFile(Make.greyJPEG(Make.directory((9, 0), (9, 9))) + inner)
        #expect(file.contains("HDRGainMap:HDRGainMapHeadroom=\"4.2\"") && file.contains("aux:hdrgainmap"))
        #expect(!file.contains("Secret"))
        try expectGainMap(in: file.bytes)
    }

    @Test("Other prefixes and elements for the same names are recognised")
    func prefixes() throws {
        let inner = Make.greyJPEG(
            Make.xmp("<rdf:Description xmlns:g='\(Make.hdrgm)'><g:Version>1.0</g:Version></rdf:Description>")
        )
        let primary = Make.greyJPEG(
            Make.xmp(
                """
                <rdf:Description xmlns:C='\(Make.container)' xmlns:I='\(Make.container)item/'><C:Directory><rdf:Seq>
                <rdf:li rdf:parseType='Resource'><C:Item rdf:parseType='Resource'><I:Semantic>Primary</I:Semantic>
                <I:Padding>4</I:Padding></C:Item></rdf:li><rdf:li rdf:parseType='Resource'>
                <C:Item rdf:parseType='Resource'><I:Semantic>GainMap</I:Semantic></C:Item></rdf:li>
                </rdf:Seq></C:Directory></rdf:Description>
                """
            )
        )
        try expectGainMap(in: StrippedFile(primary + [0, 0, 0, 0] + inner).bytes)
    }

    @Test("A preview after a picture is not a gain map and is removed")
    func preview() throws {
        let preview = Make.greyJPEG(Make.exifSegment(orientation: 6))
        let file = try StrippedFile(Make.greyJPEG(Make.directory((1, 0), (2, 3))) + preview)
        #expect(file.bytes == Make.greyJPEG([]) && file.removed == [.other, .trailer])
        #expect(try facts(.jpeg, file.original)?.hasHDR == false)
    }

    @Test("Malicious directories neither crash the parser nor keep anything (I6, I8)")
    func hostile() throws {
        let plain = Make.greyJPEG([])
        let inner = Make.greyJPEG(Make.gainMapXMP)
        let offsets = [0, 1, 2, plain.count - 1, Int(UInt32.max), Int(Int32.max), 1 << 30]
        for offset in offsets {
            // Without a JPEG behind the picture there is nothing that an offset could lead to.
            let file = try StrippedFile(Make.greyJPEG(Make.directory((9, 0), (Int(UInt32.max), offset))) + [1, 2, 3])
            #expect(file.bytes == plain)
        }
        var many = MultiPicture.payload([MultiPicture.Entry](repeating: .init(byteCount: 1, offset: 8), count: 1_000))
        #expect(try StrippedFile(Make.greyJPEG(Make.segment(0xE2, many)) + [9]).bytes == plain)
        many.removeLast(15_000)
        #expect(try StrippedFile(Make.greyJPEG(Make.segment(0xE2, many)) + [9]).bytes == plain)
        // A gain map with a directory of its own, and a third JPEG behind it.
        let nested = Make.greyJPEG(Make.gainMapXMP + Make.directory((9, 0), (9, 9)))
        let file = try StrippedFile(Make.greyJPEG(Make.containerXMP(gainMap: 9)) + nested + inner)
        #expect(file.bytes.suffix(inner.count) == inner[...] && !file.contains("MPF"))
        // A gain map that is cut off.
        #expect(try facts(.jpeg, Make.greyJPEG(Make.containerXMP(gainMap: 9)) + inner.dropLast())?.hasHDR == false)
    }

    @Test("Other formats and truncated pictures have no gain map")
    func others() throws {
        let whole = try Fixture.bytes("ultra-hdr.jpg")
        #expect(try facts(.jpeg, Array(whole.prefix(100_000)))?.hasHDR == false)
        #expect(try facts(.jpeg, Fixture.bytes("phone.jpg"))?.hasHDR == false)
        #expect(try facts(.png, Fixture.bytes("plain.png"))?.hasHDR == false)
    }

    /// That the directories of a file lead to the JPEG that ends it, and count its bytes.
    private func expectGainMap(in bytes: [UInt8], pixels: ArraySlice<UInt8>? = nil) throws {
        #expect(try facts(.jpeg, bytes)?.hasHDR == true)
        var source = BufferedFileReader(bytes)
        var segments = JPEGSegments()
        while let segment = segments.next(&source), segment.marker != JPEGSegments.endOfImage {
            guard let directory = MultiPicture(&source, in: segment.payload) else { continue }
            let (first, second) = (directory.entries[0], directory.entries[1])
            #expect(directory.entries.count == 2 && directory.base + second.offset == first.byteCount)
            #expect(first.byteCount + second.byteCount == bytes.count)
        }
        let gainMap = try #require(bytes.indices.last { bytes[$0...].starts(with: [0xFF, 0xD8, 0xFF]) })
        if let length = bytes.firstRange(of: Array("Item:Length=\"".utf8)) {
            #expect(bytes[length.upperBound...].starts(with: "\(bytes.count - gainMap)\"".utf8))
        }
        if let pixels { #expect(bytes.suffix(pixels.count) == pixels) }
    }

    /// What is before the pixels of a JPEG, apart from tables.
    private func segments(of bytes: [UInt8]) throws -> [UInt8] {
        var source = BufferedFileReader(bytes)
        var segments = JPEGSegments()
        var found: [UInt8] = []
        while let segment = segments.next(&source), segment.marker != JPEGSegments.startOfScan {
            if segment.isMetadata { found += bytes[segment.start..<segment.payload.upperBound] }
        }
        return found
    }
}

extension [UInt8] {
    /// With a word replaced in a segment, whose length is mended.
    fileprivate func replacing(_ word: String, with other: String) -> [UInt8] {
        let text = String(decoding: self[4...], as: UTF8.self).replacing(word, with: other, maxReplacements: 1)
        return PictureBytes.segment(self[1], Array(text.utf8))
    }
}
