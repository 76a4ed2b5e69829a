/// The order of the blocks in a sequential scan (ITU-T T.81 A.2, B.2.3).
struct JPEGScanLayout {
    struct Component {
        /// Blocks in each unit.
        let blockCount: Int
        /// Table numbers of ``JPEGHuffmanTables``.
        let averages: Int
        let coefficients: Int
        /// Number of the quantization table.
        let quantization: Int
    }

    let components: [Component]
    /// Number of coded units.
    let unitCount: Int

    /// Nil when the scan does not belong to `frame`.
    init?(_ source: inout BufferedFileReader, _ segment: JPEGSegments.Segment, of frame: JPEGFrame?) {
        guard let frame, let count = source.byte(at: segment.payload.lowerBound), (1...4).contains(count),
            let selectors = source.bytes(at: segment.payload.lowerBound + 1, length: Int(count) * 2)
        else { return nil }
        var components: [(frame: JPEGFrame.Component, tables: UInt8)] = []
        for index in 0..<Int(count) {
            guard let component = frame.components.first(where: { $0.identifier == selectors[index * 2] }) else {
                return nil
            }
            components.append((component, selectors[index * 2 + 1]))
        }
        // A single component is coded block by block, whatever its sampling factors.
        let isSingle = count == 1
        self.components = components.map { component, tables in
            Component(
                blockCount: isSingle ? 1 : component.horizontal * component.vertical,
                averages: JPEGHuffmanTables.table(tables >> 4, forAverages: true),
                coefficients: JPEGHuffmanTables.table(tables & 15, forAverages: false),
                quantization: Int(component.quantization & 3)
            )
        }
        unitCount = isSingle ? frame.blockCount(of: components[0].frame) : frame.unitCount
    }
}
