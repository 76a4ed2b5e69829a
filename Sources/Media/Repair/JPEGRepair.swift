/// Lets a decoder go on where the entropy-coded data of a JPEG (ITU-T T.81 annex B.1.1.5) is damaged.
package enum JPEGRepair {
    /// Coded bytes at the end of a scan that encoders may pad with and decoders may leave unread.
    private static let paddingLength = 8

    /// The same picture with an end marker, and without markers that cannot be where they are: a decoder stops at each
    /// marker, and a wrong byte behind 0xFF looks like one.
    package static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        var source = ByteSource(bytes)
        guard let scan = JPEGScan(&source) else { return bytes }
        var result = bytes
        var position = scan.start
        var hasEnd = false
        while let (start, marker) = JPEGScan.nextMarker(&source, from: position) {
            position = start + 2
            if marker == JPEGSegments.endOfImage {
                hasEnd = true
                break
            }
            if !scan.allows(marker) { result[start + 1] = 0 }
        }
        return hasEnd ? result : result + [0xFF, JPEGSegments.endOfImage]
    }

    /// Pixels of the units that a JPEG is coded in, each way, where every one of them counts on all before it. Nil where
    /// restart markers limit what a wrong byte can do, and where there is no scan.
    package static func unit(of bytes: [UInt8]) -> (width: Int, height: Int)? {
        var source = ByteSource(bytes)
        guard let scan = JPEGScan(&source), !scan.hasRestarts else { return nil }
        return scan.unit
    }

    /// Where the last coded bytes of a JPEG of one scan are. A decoder that has all pixels and has not asked for them was
    /// led astray. Nil for other JPEGs, and without an end marker.
    package static func tail(of bytes: [UInt8]) -> Int? {
        var source = ByteSource(bytes)
        guard let scan = JPEGScan(&source), scan.isOnly else { return nil }
        var position = scan.start
        while let (start, marker) = JPEGScan.nextMarker(&source, from: position) {
            position = start + 2
            guard marker == JPEGSegments.endOfImage else { continue }
            var end = start
            // Bytes that fill up before the marker, and padding.
            while end > scan.start, bytes[end - 1] == 0xFF || bytes[end - 1] == 0 { end -= 1 }
            let tail = end - paddingLength
            return tail > scan.start ? tail : nil
        }
        return nil
    }
}

/// The first scan of a JPEG, and which markers may come after its beginning.
private struct JPEGScan {
    /// One past the scan's header.
    let start: Int
    /// The scan has all components of a frame that is sent at once: there is no other.
    let isOnly: Bool
    let hasRestarts: Bool
    /// Pixels each way of what is coded at once (T.81 A.2.3).
    let unit: (width: Int, height: Int)

    /// Nil where no scan follows a frame.
    init?(_ source: inout ByteSource) {
        var segments = JPEGSegments()
        var frame: JPEGFrame?
        var hasRestarts = false
        while let segment = segments.next(&source), segment.marker != JPEGSegments.endOfImage {
            switch segment.marker {
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                if frame == nil { frame = JPEGFrame(&source, segment) }
            case 0xDD: hasRestarts = source.bigEndian(at: segment.payload.lowerBound, length: 2) ?? 0 > 0
            case JPEGSegments.startOfScan:
                guard let frame, let count = source.byte(at: segment.payload.lowerBound) else { return nil }
                start = segment.payload.upperBound
                isOnly = !frame.isProgressive && Int(count) == frame.components.count
                self.hasRestarts = hasRestarts
                // A single component is coded block by block, however densely it is sampled.
                let isSingle = frame.components.count == 1
                unit = (
                    width: 8 * (isSingle ? 1 : frame.components.map(\.horizontal).max() ?? 1),
                    height: 8 * (isSingle ? 1 : frame.components.map(\.vertical).max() ?? 1)
                )
                return
            default: break
            }
        }
        return nil
    }

    /// The next marker; its first byte is the last of those that fill up before it.
    static func nextMarker(_ source: inout ByteSource, from position: Int) -> (start: Int, marker: UInt8)? {
        var position = position
        while let start = source.firstIndex(of: 0xFF, from: position) {
            guard let marker = source.byte(at: start + 1) else { return nil }
            if marker != 0, marker != 0xFF { return (start, marker) }
            position = start + (marker == 0 ? 2 : 1)
        }
        return nil
    }

    /// Tables, metadata, restarts where they are announced, and further scans where there may be some.
    func allows(_ marker: UInt8) -> Bool {
        switch marker {
        case 0xD0...0xD7: hasRestarts
        case 0xC4, 0xDA...0xDD, 0xE0...0xEF, 0xFE: !isOnly
        default: false
        }
    }
}
