extension StatisticsReport: CustomStringConvertible {
    /// Rooms and users that the description lists.
    private static let shownHolders = 10

    var description: String {
        let sections = [
            ["attachments"] + attachments.map { "    \($0.kind), \($0.state): \($0.use.line)" },
            ["rooms with the most bytes"] + Self.lines(of: rooms),
            ["users with the most bytes"] + Self.lines(of: users),
            ["added in the last \(days.count) days (UTC)"] + days.map(\.line),
            ["growth"] + forecast.lines,
            ["trash: \(trash.files) files, \(Self.size(trash.bytes))"],
            [
                "next sweep: removes \(nextSweep.files) files, \(Self.size(nextSweep.bytes)); "
                    + "moves \(nextSweep.movedFiles) files, \(Self.size(nextSweep.movedBytes)), to the trash"
            ],
            ["database: \(database.line)"],
            ["archive: \(archive.line)"],
        ]
        return sections.joined().joined(separator: "\n")
    }

    private static func lines(of holders: [Holder]) -> [String] {
        holders.prefix(shownHolders).map { "    \($0.name ?? $0.id): \($0.use.line)" }
    }

    /// Bytes in the largest unit of which there is one.
    static func size(_ bytes: some BinaryInteger) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        guard unit > 0 else { return "\(bytes) bytes" }
        return "\((value * 10).rounded() / 10) \(units[unit])"
    }
}

extension StatisticsReport.Use {
    fileprivate var line: String {
        "\(attachments) attachments, \(StatisticsReport.size(originalBytes)) of originals, "
            + "\(StatisticsReport.size(variantBytes)) of variants"
    }
}

extension StatisticsReport.Database {
    fileprivate var line: String {
        "\(StatisticsReport.size(bytes)), of which \(freePages) pages, \(StatisticsReport.size(freeBytes)), are free"
    }
}

extension StatisticsReport.Day {
    fileprivate var line: String {
        "    \(day): \(messages) messages, \(attachments) attachments, \(StatisticsReport.size(bytes))"
    }
}

extension Forecast {
    fileprivate var lines: [String] {
        let basis = observedDays > 0 ? "the mean of \(observedDays) whole days" : "today, which is not over"
        return [
            "    \((messagesPerDay * 10).rounded() / 10) messages and \(StatisticsReport.size(Int64(bytesPerDay))) a day "
                + "(\(basis))",
            "    \(StatisticsReport.size(bytesIn30Days)) in 30 days and \(StatisticsReport.size(bytesIn365Days)) in "
                + "365 days, if it goes on like this",
        ]
    }
}
