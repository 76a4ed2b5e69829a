import Foundation
import Hashing
import Kernel
import Vocabulary

/// Writes a manifest line by line, so that its length costs no memory.
final class ManifestWriter {
    /// Bytes that are collected before they are written.
    private static let bufferSize = 64 * 1024

    private let path: String
    private let descriptor: Int32
    private let encoder: JSONEncoder
    private let hash = SHA256()
    private var buffer: [UInt8] = []
    private(set) var fileCount = 0
    /// Of the files that the backup has.
    private(set) var byteCount = 0

    private var unfinishedPath: String { path + UnnamedFile.unfinishedSuffix }

    /// - Parameter path: Where the manifest will be once it is finished.
    init(_ path: String, header: Manifest.Header) throws {
        self.path = path
        descriptor = try SystemCall.open(
            path + UnnamedFile.unfinishedSuffix,
            O_WRONLY | O_CREAT | O_TRUNC,
            mode: 0o600
        )
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try append(header)
    }

    deinit { close(descriptor) }

    func append(_ entry: Manifest.Entry) throws {
        fileCount += 1
        if !entry.isMissing { byteCount += entry.bytes }
        try append(line: entry)
    }

    /// Writes the last line, waits for the disk, and gives the file its name, which is durable once the folder is synced.
    func finish() throws {
        let sha256 = Hex.lowercase(hash.finalize())
        try write(line: Manifest.Footer(files: fileCount, bytes: byteCount, sha256: sha256))
        try flush()
        guard fsync(descriptor) == 0 else { throw FileFailure("fsync") }
        try SystemCall.rename(unfinishedPath, to: path)
    }

    private func append(_ header: Manifest.Header) throws { try append(line: header) }

    private func append(line: some Encodable) throws {
        hash.update(try write(line: line))
    }

    @discardableResult
    private func write(line: some Encodable) throws -> Data {
        var bytes = try encoder.encode(line)
        bytes.append(UInt8(ascii: "\n"))
        buffer += bytes
        if buffer.count >= Self.bufferSize { try flush() }
        return bytes
    }

    private func flush() throws {
        try buffer.withUnsafeBytes { try writeBytes($0, to: descriptor) }
        buffer.removeAll(keepingCapacity: true)
    }
}
