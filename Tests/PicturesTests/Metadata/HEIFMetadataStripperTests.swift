import Fixtures
import TestSupport
import Testing

@testable import Pictures

@Suite(.timeLimit(.standard)) struct HEIFMetadataStripperTests {
    private typealias Make = PictureBytes

    @Test("Metadata is overwritten in place, and everything else keeps its position")
    func inPlace() throws {
        let file = try StrippedFile("phone.heic")
        #expect(file.bytes.count == file.original.count)
        let changed = file.bytes.indices.filter { file.bytes[$0] != file.original[$0] }
        var source = BufferedFileReader(file.original)
        let meta = try #require(ISOBoxes.first("meta", in: 0..<source.count, &source))
        let metadata = HEIFItems(&source, in: meta.content).list.filter { $0.type == "Exif" || $0.isXMP }
        #expect(metadata.count == 2)
        #expect(changed.allSatisfy { index in metadata.contains { $0.extents[0].contains(index) } })
    }

    @Test("The bytes of an item are found wherever the file may store them", arguments: [0, 1, 2], [0, 1])
    func places(version: UInt8, method: UInt8) throws {
        guard version > 0 || method == 0 else { return }
        let exif = big(6, 4) + Array("Exif\0\0".utf8) + Make.exif(orientation: 6) + Array("a place".utf8)
        let bytes = file(version: version, method: method, [("Exif", exif), ("mime", Array("a name".utf8))])
        let stripped = try StrippedFile(bytes)
        #expect(stripped.removed == [.exif, .xmp])
        #expect(!stripped.contains("place") && !stripped.contains("name"))
        #expect(stripped.contains("      "))
        #expect(stripped.bytes.count == bytes.count)
    }

    @Test("An item that shares bytes with the picture is kept (I6)")
    func shared() throws {
        let bytes = file(version: 1, method: 0, [("Exif", Array("same".utf8)), ("hvc1", [])], sharing: true)
        #expect(try StrippedFile(bytes).bytes == bytes)
    }

    @Test("A box that readers do not need becomes a free box")
    func unknownBoxes() throws {
        let items = Make.items([Make.size(30, 20)])
        let bytes = Make.brands("heic") + items + Make.box("mpvd", Array("a video".utf8)) + Make.box("mdat", [1, 2])
        let file = try StrippedFile(bytes)
        #expect(
            file.bytes == Make.brands("heic") + items + Make.box("free", [UInt8](repeating: 0, count: 7))
                + Make.box("mdat", [1, 2])
        )
        #expect(file.removed == [.other])
    }

    @Test("The metadata of a sequence becomes free boxes, and its frames are kept")
    func sequence() throws {
        let track = Make.box("trak", Make.box("mdia"), Make.box("udta", Array("track".utf8)))
        let film = Make.box("moov", Make.box("mvhd"), track, Make.box("udta", Array("film".utf8)))
        let bytes = Make.brands("msf1") + film + Make.box("odd ", [1])
        let file = try StrippedFile(bytes)
        let freeTrack = Make.box("trak", Make.box("mdia"), Make.box("free", [0, 0, 0, 0, 0]))
        let freeFilm = Make.box("moov", Make.box("mvhd"), freeTrack, Make.box("free", [0, 0, 0, 0]))
        // Beside a film, boxes that nobody knows are left alone.
        #expect(file.bytes == Make.brands("msf1") + freeFilm + Make.box("odd ", [1]))
    }

    @Test("The creation time of a sequence is removed, and its duration is kept", arguments: [0, 1] as [UInt8])
    func times(version: UInt8) throws {
        let length = version == 1 ? 8 : 4
        let rest = Make.big(1_000, 4) + Make.big(300, length)
        func film(_ time: Int) -> [UInt8] {
            let times = Make.big(time, length) + Make.big(time, length)
            let media = Make.box("mdia", Make.fullBox("mdhd", version: version, times, rest))
            let track = Make.box("trak", Make.fullBox("tkhd", version: version, times, rest), media)
            let header = Make.fullBox("mvhd", version: version, times, rest)
            return Make.brands("msf1") + Make.items([Make.size(30, 20)]) + Make.box("moov", header, track)
        }
        let file = try StrippedFile(film(3_800_000_000))
        #expect(file.bytes == film(0))
        #expect(file.removed == [.time])
        #expect(try facts(.heif, file.bytes)?.durationMilliseconds == 300)
    }

    private func big(_ value: Int, _ length: Int) -> [UInt8] { Make.big(value, length) }

    /// A file of items with their bytes in `mdat` (method 0) or `idat` (method 1), one behind the other.
    private func file(
        version: UInt8,
        method: UInt8,
        _ items: [(type: String, bytes: [UInt8])],
        sharing: Bool = false
    ) -> [UInt8] {
        let idLength = version == 2 ? 4 : 2
        let entries = items.enumerated().flatMap { index, item -> [UInt8] in
            let name: [UInt8] = [0] + (item.type == "mime" ? Array("application/rdf+xml\0".utf8) : [])
            return Make.fullBox("infe", version: 2, big(index + 1, 2), big(0, 2), Array(item.type.utf8), name)
        }
        let data = items.flatMap(\.bytes)
        func meta(offset: Int) -> [UInt8] {
            var position = offset
            let places = items.enumerated().flatMap { index, item -> [UInt8] in
                let start = sharing ? offset : position
                position += item.bytes.count
                let head = big(index + 1, idLength) + (version == 0 ? [] : [0, method]) + big(0, 2)
                return head + big(1, 2) + big(start, 4) + big(sharing ? data.count : item.bytes.count, 4)
            }
            let list = [0x44, 0] + big(items.count, idLength) + places
            let types = Make.fullBox("iinf", big(items.count, 2), entries)
            let own = method == 1 ? Make.box("idat", data) : []
            return Make.fullBox("meta", types, Make.fullBox("iloc", version: version, list), own)
        }
        let start = Make.brands("heic").count + meta(offset: 0).count + 8
        return Make.brands("heic") + meta(offset: method == 1 ? 0 : start) + Make.box("mdat", method == 1 ? [] : data)
    }
}
