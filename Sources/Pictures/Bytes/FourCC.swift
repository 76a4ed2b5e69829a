/// The name of a chunk of a PNG or RIFF file, or of a box or brand of an ISO media file: four ASCII characters.
struct FourCC: RawRepresentable, Hashable, ExpressibleByStringLiteral {
    /// The first character in the most significant byte.
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(stringLiteral text: StaticString) {
        rawValue = text.description.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
