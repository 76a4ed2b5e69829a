extension PictureBytes {
    /// A segment with its marker and length.
    package static func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0xFF, marker] + big(payload.count + 2, 2) + payload
    }

    /// A frame header of components with the sampling factors given, four bits each.
    package static func frame(
        _ marker: UInt8,
        width: Int,
        height: Int,
        sampling: [UInt8] = [0x22, 0x11, 0x11]
    ) -> [UInt8] {
        let components = sampling.enumerated().flatMap { component -> [UInt8] in
            [UInt8(component.offset + 1), component.element, 0]
        }
        let size: [UInt8] = big(height, 2) + big(width, 2)
        return segment(marker, [8] + size + [UInt8(sampling.count)] + components)
    }

    /// A scan of as many components, with a little data.
    package static func scan(of componentCount: Int = 3) -> [UInt8] {
        let selectors = (1...componentCount).flatMap { component -> [UInt8] in [UInt8(component), 0] }
        let header: [UInt8] = [UInt8(componentCount)] + selectors + [0, 63, 0]
        return segment(0xDA, header) + [0x12, 0xFF, 0x00, 0x34]
    }

    /// With the application segment that all JPEGs begin with.
    package static func jpeg(_ parts: [UInt8]...) -> [UInt8] {
        [0xFF, 0xD8] + segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]) + parts.flatMap { $0 }
            + [0xFF, 0xD9]
    }

    /// The segment of an EXIF block with nothing but an orientation.
    package static func exifSegment(orientation: Int) -> [UInt8] {
        segment(0xE1, Array("Exif\0\0".utf8) + exif(orientation: orientation))
    }
}
