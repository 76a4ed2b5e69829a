/// Plans the removal of blocks of a GIF (GIF89a specification).
///
/// Kept are the frames with their control blocks, the repeat count, and a colour profile.
enum GIFMetadataStripper {
    private static let keptApplications: [StaticString] = ["NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"]
    /// Length of an application's name: an identifier of eight bytes and an authentication code of three (section 26).
    private static let nameLength = 11

    static func edits(_ source: inout BufferedFileReader) -> StripEdits {
        var edits = StripEdits(byteCount: source.count)
        guard var blocks = GIFBlocks(&source) else { return edits }
        var hasPixels = false
        while let block = blocks.next(&source) {
            switch block.kind {
            case .trailer:
                if hasPixels, block.end < source.count { edits.drop(block.end..<source.count, [.trailer]) }
                return edits
            case .image: hasPixels = true
            case .extension(label: 0xF9): break
            case .extension(label: 0xFE): edits.drop(block.start..<block.end, [.comment])
            case .extension(label: 0x01): edits.drop(block.start..<block.end, [.text])
            case .extension(label: 0xFF):
                if let metadata = metadata(&source, block) { edits.drop(block.start..<block.end, metadata) }
            case .extension: edits.drop(block.start..<block.end, [.other])
            }
        }
        return edits
    }

    /// The metadata in an application block; nil when it is kept.
    private static func metadata(_ source: inout BufferedFileReader, _ block: GIFBlocks.Block) -> Set<RemovedMetadata>?
    {
        guard source.byte(at: block.data) == UInt8(nameLength) else { return [.other] }
        if keptApplications.contains(where: { source.has($0, at: block.data + 1) }) { return nil }
        return source.has("XMP DataXMP", at: block.data + 1)
            ? source.metadata(ofXMP: block.data..<block.end) : [.other]
    }
}
