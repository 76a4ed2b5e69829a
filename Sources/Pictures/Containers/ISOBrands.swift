/// The brands of an ISO media file: what it says it may be read as (ISO/IEC 14496-12 section 4.3, "ftyp").
struct ISOBrands: Equatable {
    /// Compatible brands that are looked at; real files have fewer than ten.
    static let compatibleLimit = 64

    let major: FourCC
    let compatible: Set<FourCC>

    /// Nil when the file does not begin with its brands.
    init?(_ source: inout BufferedFileReader) {
        guard source.has("ftyp", at: 4), let size = source.bigEndian(at: 0, length: 4),
            let major = source.code(at: 8)
        else { return nil }
        self.major = major
        var compatible: Set<FourCC> = []
        for offset in stride(from: 16, to: min(size, 16 + Self.compatibleLimit * 4), by: 4) {
            guard let brand = source.code(at: offset) else { break }
            compatible.insert(brand)
        }
        self.compatible = compatible
    }

    /// Whether the file says that it is any of these.
    func contains(anyOf brands: Set<FourCC>) -> Bool { brands.contains(major) || !compatible.isDisjoint(with: brands) }
}
