import Foundation
import Hashing
import Kernel
import Vocabulary

/// Reads a manifest line by line.
final class ManifestReader {
    /// Why a manifest cannot be believed.
    struct Damage: Error, CustomStringConvertible {
        let description: String
    }

    private static let chunk = 64 * 1024
    /// Longest line, in bytes.
    private static let maxLine = 4096

    let header: Manifest.Header
    private let file: OpenFile
    private let decoder = JSONDecoder()
    private let hash = SHA256()
    private var lines: LineReader
    private var fileCount = 0
    private var byteCount = 0
    private var hasEnded = false

    /// - Throws: `FileFailure`, ``Damage``.
    init(_ path: String) throws {
        file = try OpenFile(path)
        lines = LineReader(file: file)
        guard let first = try lines.next(), let header = try? decoder.decode(Manifest.Header.self, from: first) else {
            throw Damage(description: "its first line is not that of a manifest")
        }
        guard header.format == Manifest.format else {
            throw Damage(
                description: "its format \(header.format) is not known to this release; made by \(header.snug)"
            )
        }
        self.header = header
        hash.update(first)
    }

    /// The next file; nil after the last one, when the last line has proved that all lines are there.
    ///
    /// - Throws: `FileFailure`, ``Damage``.
    func next() throws -> Manifest.Entry? {
        guard !hasEnded else { return nil }
        guard let line = try lines.next() else { throw Damage(description: "its end is missing") }
        if let entry = try? decoder.decode(Manifest.Entry.self, from: line) {
            guard entry.hasSafePath, entry.permissions != nil, entry.bytes >= 0 else {
                throw Damage(description: "the line of \(entry.path) is not valid")
            }
            hash.update(line)
            fileCount += 1
            if !entry.isMissing { byteCount += entry.bytes }
            return entry
        }
        hasEnded = true
        let sha256 = Hex.lowercase(hash.finalize())
        let found = Manifest.Footer(files: fileCount, bytes: byteCount, sha256: sha256)
        guard let footer = try? decoder.decode(Manifest.Footer.self, from: line), footer == found,
            try lines.next() == nil
        else { throw Damage(description: "its lines do not have the hash in its last line") }
        return nil
    }

    /// Splits a file at its line ends, which stay on the lines.
    private struct LineReader {
        let file: OpenFile
        private var offset = 0
        private var buffer = Data()

        init(file: OpenFile) {
            self.file = file
        }

        mutating func next() throws -> Data? {
            while true {
                if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Data(buffer[...end])
                    buffer = buffer[(end + 1)...]
                    return line
                }
                guard buffer.count <= ManifestReader.maxLine else { throw Damage(description: "a line is too long") }
                let bytes = try file.read(at: offset, count: ManifestReader.chunk)
                guard !bytes.isEmpty else {
                    guard buffer.isEmpty else { throw Damage(description: "its last line has no end") }
                    return nil
                }
                offset += bytes.count
                buffer = Data(buffer) + bytes
            }
        }
    }
}
