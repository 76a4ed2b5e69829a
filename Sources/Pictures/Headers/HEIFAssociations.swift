/// Which properties belong to which item (ISO/IEC 23008-12 section 9.3.1, "ipma").
enum HEIFAssociations {
    /// The indices of an item's properties in their list, from 1, in the order in which they apply.
    ///
    /// Each step of the search goes on by an item, of three bytes at least.
    static func indices(of item: Int, in box: ISOBoxes.Box, _ source: inout BufferedFileReader) -> [Int] {
        var reader = NumberReader(box.payload)
        guard let version = reader.number(&source, 1), let flags = reader.number(&source, 3),
            let count = reader.number(&source, 4)
        else { return [] }
        let indexLength = flags & 1 == 0 ? 1 : 2
        for _ in 0..<count {
            guard let id = reader.number(&source, version == 0 ? 2 : 4), let indexCount = reader.number(&source, 1)
            else { return [] }
            guard id == item else {
                reader.skip(indexCount * indexLength)
                continue
            }
            // The highest bit says that a reader must understand the property.
            let mask = indexLength == 1 ? 0x7F : 0x7FFF
            return (0..<indexCount).compactMap { _ in reader.number(&source, indexLength).map { $0 & mask } }
        }
        return []
    }
}
