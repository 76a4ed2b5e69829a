import Foundation

/// The outcome of a run: a table to read, and JSON to compare runs.
struct Report: Encodable {
    let startedAt: Date
    let machine: Machine
    let parts: [String]
    let plan: Plan
    let remarks: [String]
    let figures: [Figure]

    var meetsEveryTarget: Bool { figures.allSatisfy { $0.verdict != .missed } }

    func printTable() {
        let rows = figures.map { figure in
            let value = figure.value.map { "\($0.short) \(figure.unit)" } ?? "–"
            return [
                figure.name, value, figure.must?.description ?? "", figure.aim?.description ?? "",
                figure.verdict.rawValue, figure.details.map(\.description).joined(separator: ", "),
            ]
        }
        let table = [["figure", "measured", "must", "aim", "", ""]] + rows
        let widths = (0..<6).map { column in table.map { $0[column].count }.max() ?? 0 }
        for row in table {
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            print(cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces))
        }
        for remark in remarks { print("Note: \(remark)") }
    }

    /// Writes `<time>.json` and returns its location.
    func write(to folder: URL) throws -> URL {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let time = startedAt.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
        let file = folder.appending(path: "\(time).json")
        try encoder.encode(self).write(to: file)
        return file
    }
}

struct Machine: Encodable {
    let cores = Cores.count
    let kernel = (try? ControlFile.read("/proc/sys/kernel/osrelease").trimmingCharacters(in: .newlines)) ?? "unknown"
    let memoryBytes = Int(ProcessInfo.processInfo.physicalMemory)
    let processor: String

    init() {
        let lines = (try? ControlFile.read("/proc/cpuinfo").split(separator: "\n")) ?? []
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        processor = model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }
}
