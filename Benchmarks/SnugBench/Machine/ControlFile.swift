import Foundation
import Glibc

/// The small text files of /proc and /sys.
enum ControlFile {
    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    static func read(_ path: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    static func number(_ path: String) throws -> Int {
        let text = try read(path).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let number = Int(text) else { throw CgroupUnavailable(description: "\(path) holds \"\(text)\"") }
        return number
    }

    /// The values of a file whose lines are "name value" or "name: value kB".
    static func table(_ path: String) throws -> [String: Int] {
        var table: [String: Int] = [:]
        for line in try read(path).split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == ":" }
            guard words.count >= 2, let value = Int(words[1]) else { continue }
            table[String(words[0])] = value
        }
        return table
    }

    static func write(_ text: String, to path: String) throws {
        // Written in place, because an atomic write would replace the file, which is impossible here.
        guard let file = fopen(path, "w") else { throw CgroupUnavailable(description: "\(path) cannot be opened") }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten else {
            throw CgroupUnavailable(description: "\(path) refuses \"\(text)\"")
        }
    }

    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw CgroupUnavailable(description: "\(path) cannot be made: \(String(cString: strerror(errno)))")
        }
    }

    /// Removes a group's folder. The kernel keeps it for a moment after the last process has gone.
    static func removeFolder(_ path: String) {
        for _ in 0..<50 {
            guard rmdir(path) != 0, errno == EBUSY else { return }
            usleep(20_000)
        }
    }
}
