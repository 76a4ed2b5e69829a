/// Reads the blocks of a GIF (GIF89a specification, sections 17–27).
struct GIFHeader {
    private let limits: ImageLimits
    private var facts = ImageFacts(format: .gif)
    private var frames = FrameCounter()
    /// Delay of the next frame.
    private var milliseconds = 0

    init(limits: ImageLimits) { self.limits = limits }

    /// Facts up to where the file ends or stops making sense; without a size when there is no frame.
    /// - Throws: ``ImageLimitExceeded/side(_:)`` or ``ImageLimitExceeded/pixelCount(_:)`` for the logical screen, which is not always
    ///   what libvips makes of the picture but is what browsers do.
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

    /// The size that libnsgif decodes to: the logical screen, which the first frame may widen. Screens of the kind that
    /// old programs wrote whatever the picture's size was (`nsgif_data_scan`) do not count.
    private mutating func readSize(
        _ screen: (width: Int, height: Int),
        _ frame: (left: Int, top: Int, width: Int, height: Int)
    ) {
        let (right, bottom) = (frame.left + frame.width, frame.top + frame.height)
        let isBelieved = Self.isBelieved(screen)
        facts.storedWidth = max(isBelieved ? screen.width : 1, right)
        facts.storedHeight = max(isBelieved ? screen.height : 1, bottom)
        let coversScreen =
            frame.left == 0 && frame.top == 0 && right >= facts.storedWidth && bottom >= facts.storedHeight
        if !coversScreen { facts.hasAlpha = true }
    }

    private static func isBelieved(_ screen: (width: Int, height: Int)) -> Bool {
        let screensOfOldMachines = [
            (640, 480), (640, 512), (800, 600), (1024, 768), (1280, 1024), (1600, 1200),
        ]
        return (1...2048).contains(screen.width) && (1...2048).contains(screen.height)
            && !screensOfOldMachines.contains { $0 == screen }
    }

    /// Section 23: a length of 4, flags of which the lowest is for transparency, then the delay in hundredths.
    private mutating func readControl(_ source: inout BufferedFileReader, at start: Int) {
        guard let flags = source.byte(at: start + 1), let delay = source.littleEndian(at: start + 2, length: 2)
        else { return }
        if flags & 1 == 1 || GIFBlocks.clearsPlace(flags, isFirst: frames.count == 0) { facts.hasAlpha = true }
        milliseconds = delay * 10
    }
}
