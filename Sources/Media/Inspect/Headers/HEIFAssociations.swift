/// Which properties belong to which item (ISO/IEC 23008-12 section 9.3.1, "ipma").
struct HEIFAssociations {
    private let content: Range<Int>
    private let box: ISOBoxes.Box

    init(_ box: ISOBoxes.Box) {
        self.box = box
        content = box.content
    }

    /// Indices into the list of properties, from 1, in the order in which they apply. Each step of the search goes on
    /// by an item, of three bytes at least.
    func indices(of item: Int, _ source: inout ByteSource) -> [Int] {
        guard let version = source.byte(at: box.payload.lowerBound),
            let flags = source.byte(at: content.lowerBound - 1),
            let count = source.bigEndian(at: content.lowerBound, length: 4)
        else { return [] }
        let idLength = version == 0 ? 2 : 4
        let indexLength = flags & 1 == 0 ? 1 : 2
        var position = content.lowerBound + 4
        for _ in 0..<count {
            guard position < content.upperBound, let id = source.bigEndian(at: position, length: idLength),
                let indexCount = source.byte(at: position + idLength)
            else { return [] }
            let start = position + idLength + 1
            position = start + Int(indexCount) * indexLength
            guard id == item else { continue }
            // The highest bit says that a reader must understand the property.
            let mask = indexLength == 1 ? 0x7F : 0x7FFF
            return stride(from: start, to: position, by: indexLength).compactMap { offset in
                source.bigEndian(at: offset, length: indexLength).map { $0 & mask }
            }
        }
        return []
    }
}
