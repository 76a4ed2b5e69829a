import Fixtures

@testable import Pictures

extension PictureBytes {
    static let hdrgm = "http://ns.adobe.com/hdr-gain-map/1.0/"
    static let container = "http://ns.google.com/photos/1.0/container/"

    static func xmp(_ description: String) -> [UInt8] {
        let packet = """
            http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF \
            xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\(description)</rdf:RDF></x:xmpmeta>
            """
        return segment(0xE1, Array(packet.utf8))
    }

    /// A grey JPEG with these segments before its pixels.
    static func greyJPEG(_ segments: [UInt8]) -> [UInt8] {
        jpeg(segments, frame(0xC0, width: 16, height: 8, sampling: [0x11]), scan(of: 1))
    }

    static let gainMapXMP = xmp(
        "<rdf:Description rdf:about=\"\" xmlns:hdrgm=\"\(hdrgm)\" hdrgm:Version=\"1.0\" hdrgm:GainMapMax=\"2.5\">"
            + "</rdf:Description>"
    )

    /// A directory that announces a gain map, and what else is behind the picture.
    static func containerXMP(gainMap: Int, others: String = "", secret: String = "") -> [UInt8] {
        xmp(
            """
            <rdf:Description rdf:about="" xmlns:hdrgm="\(hdrgm)" hdrgm:Version="1.0" \(secret) \
            xmlns:Container="\(container)" xmlns:Item="\(container)item/"><Container:Directory><rdf:Seq>\
            <rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>\
            <rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" \
            Item:Length="\(gainMap)"/></rdf:li>\(others)</rdf:Seq></Container:Directory></rdf:Description>
            """
        )
    }

    static func directory(_ entries: (byteCount: Int, offset: Int)...) -> [UInt8] {
        segment(0xE2, MultiPicture.payload(entries.map { .init(byteCount: $0.byteCount, offset: $0.offset) }))
    }

    /// What ISO 21496-1 says of a picture, or of its gain map.
    static func parameters(ofGainMap: Bool, more: [UInt8] = []) -> [UInt8] {
        let numbers = (0..<14).flatMap { big($0 + 1, 4) }
        var payload = Array("urn:iso:std:iso:ts:21496:-1\0".utf8) + [0, 0, 0, 0]
        if ofGainMap { payload += [0x40] + numbers }
        return segment(0xE2, payload + more)
    }
}
