import Media
import NIOCore
import Pictures

func checkHeaders(_ bytes: [UInt8]) throws {
    for kind in FileKind.allCases {
        var source = BufferedFileReader(bytes)
        guard let facts = try? ImageFacts(of: kind, in: &source, limits: ImageLimits()) else { continue }
        try check(facts)
    }
}

func checkInspection(_ bytes: [UInt8], _ inspector: Inspector) throws {
    var source = BufferedFileReader(bytes)
    guard let facts = try inspector.inspect(&source).facts else { return }
    try check(facts)
    try expect(facts.pixelCount <= ImageLimits().rowPixelCount, "\(facts.pixelCount) pixels")
    try expect(facts.decoderByteCount <= ImageLimits().decoderByteCount, "\(facts.decoderByteCount) bytes")
}

private func check(_ facts: ImageFacts) throws {
    try expect(facts.storedWidth > 0 && facts.storedHeight > 0, "size \(facts.storedWidth)×\(facts.storedHeight)")
    try expect((1...8).contains(facts.orientation), "orientation \(facts.orientation)")
    try expect((1...10_000).contains(facts.frameCount), "\(facts.frameCount) frames")
    try expect(facts.durationMilliseconds >= 0, "\(facts.durationMilliseconds) ms")
    try expect(facts.isAnimated || facts.frameCount == 1, "a still of \(facts.frameCount) frames")
    try expect(facts.decoderByteCount >= 0 && facts.scanCount >= 0, "a count below zero")
}

func checkPNGChunks(_ bytes: [UInt8]) throws {
    let ranges = PNGChunkFilter.keptRanges(of: bytes)
    var end = 0
    for range in ranges {
        try expect(!range.isEmpty && range.lowerBound >= end, "\(range) behind \(end)")
        end = range.upperBound
    }
    try expect(end <= bytes.count, "\(end) of \(bytes.count) bytes")
    try expect(ranges.count <= 13, "\(ranges.count) ranges")
    guard !ranges.isEmpty else { return }
    let rest = ranges.flatMap { bytes[$0] }
    try expect(PNGChunkFilter.keptRanges(of: rest) == [0..<rest.count], "filtering twice leaves something out")
    let (before, after) = (pngFacts(bytes), pngFacts(rest))
    try expect(before?.storedWidth == after?.storedWidth && before?.storedHeight == after?.storedHeight, "another size")
    try expect(before?.orientation == after?.orientation, "another orientation")
}

/// The result is the same picture with at most one more chunk, and readable by a decoder.
func checkColour(_ bytes: [UInt8]) throws {
    let plain = PNGChunkFilter.keptRanges(of: bytes).flatMap { bytes[$0] }
    let profiled = PNGColour.profiled(plain)
    try expect(PNGColour.profiled(profiled) == profiled, "profiled twice")
    let (before, after) = (pngFacts(plain), pngFacts(profiled))
    try expect(before == after, "\(String(describing: before)) became \(String(describing: after))")
}

/// The transparent picture is the same, and no second frame is added to it.
func checkGIFTransparency(_ bytes: [UInt8]) throws {
    guard let cleared = GIFTransparencyFix.apply(to: bytes) else { return }
    try expect(GIFTransparencyFix.apply(to: cleared) == nil, "cleared twice")
    let (before, after) = (try? facts(.gif, bytes), try? facts(.gif, cleared))
    try expect(before?.storedWidth == after?.storedWidth && before?.storedHeight == after?.storedHeight, "another size")
    try expect(after == nil || after?.hasAlpha == true, "not transparent")
}

private func pngFacts(_ bytes: [UInt8]) -> ImageFacts? { try? facts(.png, bytes) }

private func facts(_ kind: FileKind, _ bytes: [UInt8]) throws(ImageLimitExceeded) -> ImageFacts? {
    var source = BufferedFileReader(bytes)
    return try ImageFacts(of: kind, in: &source, limits: ImageLimits())
}

/// The stripped picture is the same, and nothing more can be stripped.
func checkStripper(_ bytes: [UInt8]) throws {
    var source = BufferedFileReader(bytes)
    guard let kind = FileKind(signature: bytes), let plan = try? MetadataStripper.plan(for: kind, &source) else {
        return
    }
    var end = 0
    for case .keep(let range) in plan.pieces {
        try expect(!range.isEmpty && range.lowerBound >= end && range.upperBound <= bytes.count, "\(range)")
        end = range.upperBound
    }
    let rest = plan.applied(to: bytes)
    try expect(rest.count == plan.byteCount, "\(rest.count) bytes instead of \(plan.byteCount)")
    var again = BufferedFileReader(rest)
    let secondPlan = try MetadataStripper.plan(for: kind, &again)
    try expect(secondPlan == nil, "a second time removes \(secondPlan?.removed ?? [])")
    guard let before = try? facts(kind, bytes) else { return }
    let after = try facts(kind, rest)
    try expect(FileKind(signature: rest) == kind, "another kind of file")
    try expect(before == after, "\(before) became \(String(describing: after))")
}

/// Reads blocks at invalid positions too.
func checkEXIF(_ bytes: [UInt8]) throws {
    var source = BufferedFileReader(bytes)
    let starts =
        [0, 30, 36, bytes.count - 1, .max, -1] + bytes.indices.filter { bytes[$0] == 0x4D || bytes[$0] == 0x49 }
    for start in starts.prefix(64) {
        for end in [bytes.count, bytes.count + 100, start, 0, .max] {
            let block = EXIFBlock(&source, at: start, end: end)
            try expect((1...8).contains(block.orientation ?? 1), "orientation \(block.orientation ?? 0)")
        }
    }
}

/// The result is the same however the body is split.
func checkMultipart(_ bytes: [UInt8]) throws {
    let whole = outcome(of: [bytes[...]])
    for length in [1, 7, 64] {
        let chunks = stride(from: 0, to: bytes.count, by: length).map { bytes[$0..<min($0 + length, bytes.count)] }
        try expect(outcome(of: chunks) == whole, "another outcome in chunks of \(length)")
    }
}

private func outcome(of chunks: [ArraySlice<UInt8>]) -> [String] {
    var content: [UInt8] = []
    var outcome: [String] = []
    do {
        let boundary = try MultipartBoundary(contentType: "multipart/form-data; boundary=XyZzy")
        var parser = MultipartParser(boundary: boundary)
        func note(_ action: MultipartParser.Action) {
            switch action {
            case .partHeaders(let filename, let contentType): outcome.append("\([filename, contentType])")
            case .bytes(let bytes): content += bytes.readableBytesView
            case .done: outcome.append("done")
            }
        }
        for chunk in chunks { try parser.feed(ByteBuffer(bytes: chunk)).forEach(note) }
        try parser.finish().forEach(note)
        return outcome + ["\(content)"]
    } catch {
        // How much of a malformed form is passed on before the failure depends on the chunks, and does not matter.
        return ["\(error)"]
    }
}

func checkDisposition(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    let name = Filename.clean(ContentDisposition(text)?.filename ?? text)
    try expect((1...Filename.byteLimit).contains(name.utf8.count), "a name of \(name.utf8.count) bytes")
    try expect(Filename.clean(name) == name, "cleaning twice gives another name")
    try expect(!name.contains("/"), "a path")
}

/// The frames of an animated PNG are PNGs within it.
func checkAPNG(_ bytes: [UInt8]) throws(Subject.Violation) {
    guard let film = APNGFrames(bytes) else { return }
    for frame in film.frames {
        try expect(frame.left >= 0 && frame.left + frame.width <= film.width, "a frame goes beyond the sides")
        try expect(frame.top >= 0 && frame.top + frame.height <= film.height, "a frame goes beyond top or bottom")
        try expect(frame.width > 0 && frame.height > 0 && frame.milliseconds >= 0, "a frame is of no size or time")
        try expect(FileKind(signature: frame.file) == .png, "a frame is no PNG")
    }
}
