/// Finds what somebody may have meant who misspelt a name.
enum Spelling {
    /// The known name with the fewest letters to add, remove or replace, apart from case, dashes and Snug's own prefix.
    static func nearest(to name: String, among known: [String]) -> String? {
        let name = plain(name)
        return known.min { distance(name, plain($0)) < distance(name, plain($1)) }
    }

    /// `media_accel` for `media_accel`, `--media-accel`, `SNUG_MEDIA_ACCEL` and `media.accel`.
    private static func plain(_ name: String) -> [UInt8] {
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
