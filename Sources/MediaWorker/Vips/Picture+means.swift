import CVips

extension Picture {
    /// Columns of averages at most.
    private static var meanColumnLimit: Int { 128 }

    /// Whether colours are shifted from some place on, in a picture that was coded in units of these pixels. Those of
    /// less than two pixels by now are not looked at.
    ///
    /// - Parameter size: pixels of the picture as it is stored.
    func hasColourShift(unit: (width: Int, height: Int), size: (width: Int, height: Int)) -> Bool {
        let (rowCount, unitCount) = (size.height / unit.height, size.width / unit.width)
        guard rowCount > 0, unitCount > 0, height >= rowCount * 2, let start = vips_image_get_data(image) else {
            return false
        }
        let columnCount = unitCount / ((unitCount - 1) / Self.meanColumnLimit + 1)
        let bandCount = Int(vips_image_get_bands(image))
        let pixels = UnsafeRawBufferPointer(start: start, count: width * height * bandCount)
        return (0..<min(bandCount, 3)).contains { band in
            var means: [Float] = []
            for row in 0..<rowCount {
                // Where the units of this row lie by now.
                let rows = row * unit.height * height / size.height..<(row + 1) * unit.height * height / size.height
                means += averages(ofRows: rows, columnCount, pixels, (band, bandCount))
            }
            return ColourShift(means: means, columnCount: columnCount).isThere
        }
    }

    /// Averages of a row of units, column by column.
    private func averages(
        ofRows rows: Range<Int>,
        _ columnCount: Int,
        _ pixels: UnsafeRawBufferPointer,
        _ channel: (band: Int, bandCount: Int)
    ) -> [Float] {
        // Every second row, and four pixels of a column, are enough.
        let sampledRows = stride(from: rows.lowerBound, to: rows.upperBound, by: rows.count > 4 ? 2 : 1)
        return (0..<columnCount).map { column in
            let (first, end) = (column * width / columnCount, (column + 1) * width / columnCount)
            var (sum, count) = (0, 0)
            for row in sampledRows {
                for x in stride(from: first, to: end, by: max((end - first) / 4, 1)) {
                    sum += Int(pixels[(row * width + x) * channel.bandCount + channel.band])
                    count += 1
                }
            }
            return Float(sum) / Float(max(count, 1))
        }
    }
}
