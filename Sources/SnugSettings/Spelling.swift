/// Suggests corrections of misspelt names.
enum Spelling {
    /// The known name with the smallest edit distance, ignoring case, dashes and the prefix `snug_`.
    static func nearest(to name: String, among known: [String]) -> String? {
        let name = normalized(name)
        return known.min { distance(name, normalized($0)) < distance(name, normalized($1)) }
    }

    /// `media_accel` for `media_accel`, `--media-accel`, `SNUG_MEDIA_ACCEL` and `media.accel`.
    private static func normalized(_ name: String) -> [UInt8] {
        let bytes = name.lowercased().utf8.drop { $0 == UInt8(ascii: "-") }
        let prefix = Array("snug_".utf8)
        let own = bytes.starts(with: prefix) ? bytes.dropFirst(prefix.count) : bytes
        return own.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }
    }

    /// The Levenshtein distance, row by row.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (index, byte) in first.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in second.indices {
                let replaced = diagonal + (byte == second[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[second.count]
    }
}
