/// Parses the header of a GIF (GIF89a specification, sections 17–27).
struct GIFHeader {
    private let limits: ImageLimits
    private var facts = ImageFacts(format: .gif)
    private var frames = FrameCounter()
    /// Duration of the next frame.
    private var milliseconds = 0

    init(limits: ImageLimits) { self.limits = limits }

    /// Facts up to the end or the first invalid block; without a size when there is no frame.
    /// - Throws: ``ImageLimitExceeded/side(_:)`` or ``ImageLimitExceeded/pixelCount(_:)`` for the logical screen, which
    ///   browsers display although libvips may decode another size.
    mutating func read(_ source: inout BufferedFileReader) throws(ImageLimitExceeded) -> ImageFacts {
        facts.isLossless = true
        guard var blocks = GIFBlocks(&source) else { return facts }
        try limits.checkSize(blocks.screen.width, blocks.screen.height, pixelCount: limits.pixelCount)
        while let block = blocks.next(&source), !frames.isFull {
            switch block.kind {
            case .extension(label: 0xF9): readControl(&source, at: block.data)
            case .extension: break
            case .image(let left, let top, let width, let height):
                let isCut = block.end > source.count
                if frames.count == 0 {
                    readSize(blocks.screen, (left, top, width, height))
                    facts.isTruncated = isCut
                } else if isCut {
                    facts.isIncomplete = true
                    continue
                }
                frames.add(milliseconds: milliseconds)
                milliseconds = 0
            case .trailer:
                frames.report(to: &facts)
                return facts
            }
        }
        frames.report(to: &facts)
        return facts
    }

    /// The size that libnsgif decodes: the logical screen, which the first frame may extend. Screen sizes that old
    /// programs wrote regardless of the picture (`nsgif_data_scan`) are ignored.
    private mutating func readSize(
        _ screen: (width: Int, height: Int),
        _ frame: (left: Int, top: Int, width: Int, height: Int)
    ) {
        let (right, bottom) = (frame.left + frame.width, frame.top + frame.height)
        let isPlausible = Self.isPlausible(screen)
        facts.storedWidth = max(isPlausible ? screen.width : 1, right)
        facts.storedHeight = max(isPlausible ? screen.height : 1, bottom)
        let coversScreen =
            frame.left == 0 && frame.top == 0 && right >= facts.storedWidth && bottom >= facts.storedHeight
        if !coversScreen { facts.hasAlpha = true }
    }

    private static func isPlausible(_ screen: (width: Int, height: Int)) -> Bool {
        let screensOfOldComputers = [
            (640, 480), (640, 512), (800, 600), (1024, 768), (1280, 1024), (1600, 1200),
        ]
        return (1...2048).contains(screen.width) && (1...2048).contains(screen.height)
            && !screensOfOldComputers.contains { $0 == screen }
    }

    /// Section 23: a length of 4, flags whose lowest bit means transparency, then the delay in hundredths of a second.
    private mutating func readControl(_ source: inout BufferedFileReader, at start: Int) {
        guard let flags = source.byte(at: start + 1), let delay = source.littleEndian(at: start + 2, length: 2)
        else { return }
        if flags & 1 == 1 || GIFBlocks.clearsArea(flags, isFirst: frames.count == 0) { facts.hasAlpha = true }
        milliseconds = delay * 10
    }
}
