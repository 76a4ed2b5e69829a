/// A WebP file as its encoder wrote it (https://developers.google.com/speed/webp/docs/riff_container).
enum WebPFile {
    private static let metadataChunks: [[UInt8]] = ["EXIF", "XMP ", "ICCP"].map { Array($0.utf8) }
    /// In the first byte of a VP8X chunk: profile, EXIF and XMP are there.
    private static let metadataFlags: UInt8 = 0x20 | 0x08 | 0x04

    /// Removes where a picture was taken and by whom, in place: libvips 8.14 writes it in spite of `strip`.
    ///
    /// - Returns: Bytes that are left; nil when the file is not in the form that an encoder writes.
    static func removeMetadata(_ file: UnsafeMutableRawBufferPointer) -> Int? {
        guard file.count >= 12, matches(file, 0, "RIFF"), matches(file, 8, "WEBP") else { return nil }
        var (source, target) = (12, 12)
        while source < file.count {
            guard source + 8 <= file.count else { return nil }
            let size = Int(UInt32(littleEndian: file.loadUnaligned(fromByteOffset: source + 4, as: UInt32.self)))
            // A chunk of odd size has a byte of padding.
            let end = source + 8 + size + size % 2
            guard end <= file.count else { return nil }
            if !metadataChunks.contains(Array(file[source..<source + 4])) {
                if matches(file, source, "VP8X"), size > 0 { file[source + 8] &= ~metadataFlags }
                file[target...].copyBytes(from: Array(file[source..<end]))
                target += end - source
            }
            source = end
        }
        file.storeBytes(of: UInt32(target - 8).littleEndian, toByteOffset: 4, as: UInt32.self)
        return target
    }

    private static func matches(_ file: UnsafeMutableRawBufferPointer, _ offset: Int, _ name: String) -> Bool {
        file[offset..<offset + 4].elementsEqual(name.utf8)
    }
}

extension Slice<UnsafeMutableRawBufferPointer> {
    fileprivate func copyBytes(from bytes: [UInt8]) {
        UnsafeMutableRawBufferPointer(rebasing: self).copyBytes(from: bytes)
    }
}
