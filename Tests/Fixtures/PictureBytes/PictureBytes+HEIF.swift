extension PictureBytes {
    /// A box of this type.
    package static func box(_ type: String, _ parts: [UInt8]...) -> [UInt8] {
        let payload = parts.flatMap { $0 }
        return big(payload.count + 8, 4) + Array(type.utf8) + payload
    }

    /// A box with a version and flags.
    package static func fullBox(_ type: String, version: UInt8 = 0, flags: UInt8 = 0, _ parts: [UInt8]...) -> [UInt8] {
        box(type, [version, 0, 0, flags] + parts.flatMap { $0 })
    }

    /// The box that comes first.
    package static func brands(_ major: String, _ compatible: String...) -> [UInt8] {
        box("ftyp", Array(major.utf8), big(0, 4), compatible.flatMap { Array($0.utf8) })
    }

    /// The property that tells width and height.
    package static func size(_ width: Int, _ height: Int) -> [UInt8] { fullBox("ispe", big(width, 4), big(height, 4)) }

    /// One item, with the properties given in their order.
    package static func items(_ properties: [[UInt8]]) -> [UInt8] {
        let indices = properties.indices.map { UInt8($0 + 1) | 0x80 }
        return fullBox(
            "meta",
            fullBox("pitm", big(1, 2)),
            box(
                "iprp",
                box("ipco", properties.flatMap { $0 }),
                fullBox("ipma", big(1, 4), big(1, 2), [UInt8(indices.count)], indices)
            )
        )
    }
}
