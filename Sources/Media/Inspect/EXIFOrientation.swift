/// Finds the orientation tag in an EXIF block (EXIF 2.32 section 4.6, TIFF 6.0 section 2).
enum EXIFOrientation {
    private static let tag = 0x0112
    /// Entries of the first directory that are looked at; cameras write about 15.
    private static let entryLimit = 256

    /// - Parameters:
    ///   - start: where the TIFF header is.
    ///   - end: one past the block's last byte; nothing beyond it is read.
    /// - Returns: 1–8, or nil when the block does not say.
    static func read(_ source: inout ByteSource, at start: Int, end: Int) -> Int? {
        let isLittle = source.has("II*\0", at: start)
        guard isLittle || source.has("MM\0*", at: start) else { return nil }

        func number(_ offset: Int, _ length: Int) -> Int? {
            guard offset >= start, offset + length <= end else { return nil }
            return isLittle
                ? source.littleEndian(at: offset, length: length) : source.bigEndian(at: offset, length: length)
        }

        guard let offset = number(start + 4, 4), let count = number(start + offset, 2) else { return nil }
        for index in 0..<min(count, entryLimit) {
            let entry = start + offset + 2 + index * 12
            guard number(entry, 2) == tag else { continue }
            return number(entry + 8, 2).flatMap { (1...8).contains($0) ? $0 : nil }
        }
        return nil
    }
}
