/// Gain map metadata in XMP, reduced to numbers: in the format of Adobe ("Gain map specification", version 1.0, which
/// Ultra HDR image format 1.1 uses too), and in that of Apple.
struct GainMapXMP: Equatable {
    struct Property: Equatable {
        let namespace: Namespace
        let name: String
        let values: [String]
    }

    enum Namespace: String, CaseIterable {
        case hdrgm = "http://ns.adobe.com/hdr-gain-map/1.0/"
        case appleGainMap = "http://ns.apple.com/HDRGainMap/1.0/"
        case applePixels = "http://ns.apple.com/pixeldatainfo/1.0/"

        var prefix: String {
            switch self {
            case .hdrgm: "hdrgm"
            case .appleGainMap: "HDRGainMap"
            case .applePixels: "apdi"
            }
        }

        fileprivate var names: [String] {
            switch self {
            case .hdrgm:
                [
                    "Version", "BaseRenditionIsHDR", "GainMapMin", "GainMapMax", "Gamma", "OffsetSDR", "OffsetHDR",
                    "HDRCapacityMin", "HDRCapacityMax",
                ]
            case .appleGainMap: ["HDRGainMapVersion", "HDRGainMapHeadroom"]
            case .applePixels: ["AuxiliaryImageType"]
            }
        }
    }

    private static let appleType = "urn:com:apple:photo:2020:aux:hdrgainmap"

    let properties: [Property]

    /// Nil when the packet does not describe a gain map.
    init?(_ packet: XMPPacket) {
        properties = Namespace.allCases.flatMap { namespace in
            namespace.names.compactMap { name -> Property? in
                let values = packet.values(of: name, in: namespace.rawValue) ?? []
                guard !values.isEmpty, values.allSatisfy(Self.isSafe) else { return nil }
                return Property(namespace: namespace, name: name, values: values)
            }
        }
        guard properties.contains(where: { ["Version", "HDRGainMapVersion", "AuxiliaryImageType"].contains($0.name) })
        else { return nil }
    }

    /// A packet with only these properties, as the payload of a segment.
    var payload: [UInt8] {
        let used = Namespace.allCases.filter { namespace in properties.contains { $0.namespace == namespace } }
        let namespaces = used.map { " xmlns:\($0.prefix)=\"\($0.rawValue)\"" }.joined()
        let single = properties.filter { $0.values.count == 1 }
        let attributes = single.map { " \($0.namespace.prefix):\($0.name)=\"\($0.values[0])\"" }.joined()
        let lists = properties.filter { $0.values.count > 1 }.map { property in
            let name = "\(property.namespace.prefix):\(property.name)"
            let items = property.values.map { "<rdf:li>\($0)</rdf:li>" }.joined()
            return "<\(name)><rdf:Seq>\(items)</rdf:Seq></\(name)>"
        }
        return Self.payload(attributes: namespaces + attributes, content: lists.joined())
    }

    /// A packet with one description.
    static func payload(attributes: String, content: String) -> [UInt8] {
        Array(
            """
            \(XMPPacket.signature)<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF \
            xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""\(attributes)>\
            \(content)</rdf:Description></rdf:RDF></x:xmpmeta>
            """.utf8
        )
    }

    /// Numbers, Booleans and the name of Apple: no values with other meanings.
    private static func isSafe(_ value: String) -> Bool {
        if ["True", "False", appleType].contains(value) { return true }
        return value.utf8.count <= 32 && value.utf8.contains { (48...57).contains($0) }
            && value.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
    }
}

/// The directory with the position of the gain map in a JPEG (Ultra HDR image format 1.1, "GContainer").
struct GainMapContainer {
    private static let namespace = "http://ns.google.com/photos/1.0/container/"
    private static let itemNamespace = "http://ns.google.com/photos/1.0/container/item/"
    /// Most items that are read; picture, gain map and video are three.
    private static let itemLimit = 8

    /// Bytes from the end of the picture to the gain map.
    let distance: Int

    /// Nil when the packet has no directory with a gain map.
    init?(_ packet: XMPPacket) {
        var distance = 0
        for item in packet.parts(from: "Item", in: Self.namespace, limit: Self.itemLimit) {
            func number(_ name: String) -> Int? {
                let number = item.value(of: name, in: Self.itemNamespace).flatMap { Int($0) }
                return number.flatMap { $0 < 0 ? nil : min($0, 1 << 40) }
            }
            let semantic = item.value(of: "Semantic", in: Self.itemNamespace)
            if semantic == "GainMap" {
                self.distance = distance
                return
            }
            // The first picture has no length: it ends with its end marker.
            distance += (semantic == "Primary" ? 0 : number("Length") ?? 0) + (number("Padding") ?? 0)
        }
        return nil
    }

    /// A packet for a picture followed by a gain map of `byteCount` bytes, as the payload of a segment.
    static func payload(version: String, byteCount: Int) -> [UInt8] {
        let hdrgm = GainMapXMP.Namespace.hdrgm
        func item(_ attributes: String) -> String {
            "<rdf:li rdf:parseType=\"Resource\"><Container:Item\(attributes)/></rdf:li>"
        }
        let items =
            item(" Item:Semantic=\"Primary\" Item:Mime=\"image/jpeg\"")
            + item(" Item:Semantic=\"GainMap\" Item:Mime=\"image/jpeg\" Item:Length=\"\(byteCount)\"")
        return GainMapXMP.payload(
            attributes: " xmlns:Container=\"\(namespace)\" xmlns:Item=\"\(itemNamespace)\""
                + " xmlns:\(hdrgm.prefix)=\"\(hdrgm.rawValue)\" \(hdrgm.prefix):Version=\"\(version)\"",
            content: "<Container:Directory><rdf:Seq>\(items)</rdf:Seq></Container:Directory>"
        )
    }
}
