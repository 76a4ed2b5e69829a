/// Builds pictures byte by byte: for what no encoder writes.
package enum PictureBytes {
    /// The number in so many bytes, most significant first.
    package static func big(_ value: Int, _ length: Int) -> [UInt8] {
        (0..<length).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// The number in so many bytes, least significant first.
    package static func little(_ value: Int, _ length: Int) -> [UInt8] { big(value, length).reversed() }

    /// A TIFF file with nothing but an orientation.
    package static func exif(orientation: Int) -> [UInt8] { exif(orientation: orientation, type: 3, count: 1) }

    /// - Parameter type: as in TIFF 6.0 section 2: 1 byte, 3 short, 4 long.
    package static func exif(orientation: Int, type: Int, count: Int) -> [UInt8] {
        let value = big(orientation, type == 1 ? 1 : type == 3 ? 2 : 4)
        let padding = [UInt8](repeating: 0, count: 4 - value.count)
        return Array("MM\0*".utf8) + big(8, 4) + big(1, 2) + big(0x0112, 2) + big(type, 2) + big(count, 4) + value
            + padding + big(0, 4)
    }
}
