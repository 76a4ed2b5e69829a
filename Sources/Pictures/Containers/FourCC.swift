/// Four ASCII letters that name a chunk of a PNG or RIFF file, or a box or brand of an ISO media file.
struct FourCC: RawRepresentable, Hashable, ExpressibleByStringLiteral {
    /// The first letter in the highest byte.
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(stringLiteral text: StaticString) {
        rawValue = text.description.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
