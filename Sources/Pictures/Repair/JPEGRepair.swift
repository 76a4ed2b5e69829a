/// Lets a decoder continue after damage in the entropy-coded data of a JPEG (ITU-T T.81 annex B.1.1.5).
package enum JPEGRepair {
    /// Adds a missing end marker, and removes markers where none may be: a decoder stops at each marker, and a wrong
    /// byte after 0xFF looks like one.
    package static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        var source = BufferedFileReader(bytes)
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
            if !scan.permits(marker) { result[start + 1] = 0 }
        }
        return hasEnd ? result : result + [0xFF, JPEGSegments.endOfImage]
    }
}

/// The first scan of a JPEG, and the markers that may follow its start.
private struct JPEGScan {
    /// One past the scan's header.
    let start: Int
    /// The only scan: it has all components of a sequential frame.
    let isOnly: Bool
    let hasRestarts: Bool

    /// Nil when no scan follows a frame.
    init?(_ source: inout BufferedFileReader) {
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
                return
            default: break
            }
        }
        return nil
    }

    /// The next marker; `start` is the last of its fill bytes.
    static func nextMarker(_ source: inout BufferedFileReader, from position: Int) -> (start: Int, marker: UInt8)? {
        var position = position
        while let start = source.firstIndex(of: 0xFF, from: position) {
            guard let marker = source.byte(at: start + 1) else { return nil }
            if marker != 0, marker != 0xFF { return (start, marker) }
            position = start + (marker == 0 ? 2 : 1)
        }
        return nil
    }

    /// Tables, metadata, restarts where they are announced, and further scans unless this is the only one.
    func permits(_ marker: UInt8) -> Bool {
        switch marker {
        case 0xD0...0xD7: hasRestarts
        case 0xC4, 0xDA...0xDD, 0xE0...0xEF, 0xFE: !isOnly
        default: false
        }
    }
}
