import Foundation
import Kernel
import Synchronization

/// A file in the storage with one line of JSON for everything that the janitor has removed or moved.
///
/// Lines about files are written before the files are removed, so a killed sweep may repeat some. Nothing is synced: a
/// power cut may lose the newest lines. A full disk does not stop a sweep, which makes room on it.
final class Ledger: Sendable {
    static let fileName = "janitor.log"
    /// Bytes after which a new file is begun.
    static let maxBytes = 16 << 20
    /// Earlier files that are kept, as `janitor.log.1` to `janitor.log.4`.
    static let keptFiles = 4

    private struct State {
        var descriptor: Int32 = -1
        var byteCount = 0
        var failure: String?
    }

    private let path: String
    private let maxBytes: Int
    private let state = Mutex(State())

    /// - Parameter maxBytes: Bytes after which a new file is begun.
    init(storage: String, maxBytes: Int = Ledger.maxBytes) {
        path = "\(storage)/\(Self.fileName)"
        self.maxBytes = maxBytes
    }

    deinit {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
        }
    }

    /// Why the first line that could not be written was not; nil if all were.
    var failure: String? { state.withLock { $0.failure } }

    /// Appends lines. Blocks.
    func append(_ entries: [LedgerEntry]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        state.withLock { state in
            do {
                var lines: [UInt8] = []
                for entry in entries { lines += try encoder.encode(entry) + [UInt8(ascii: "\n")] }
                try write(lines, &state)
            } catch {
                let reason = (error as? FileFailure)?.description ?? "\(error)"
                state.failure = state.failure ?? "\(Self.fileName) cannot be written: \(reason)"
            }
        }
    }

    private func write(_ lines: [UInt8], _ state: inout State) throws {
        if state.descriptor < 0 { try open(&state) }
        if state.byteCount > 0, state.byteCount + lines.count > maxBytes { try rotate(&state) }
        try lines.withUnsafeBytes { try writeBytes($0, to: state.descriptor) }
        state.byteCount += lines.count
    }

    private func open(_ state: inout State) throws(FileFailure) {
        state.descriptor = try SystemCall.open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, mode: 0o600)
        state.byteCount = try SystemCall.facts(path)?.byteCount ?? 0
    }

    private func rotate(_ state: inout State) throws(FileFailure) {
        close(state.descriptor)
        state.descriptor = -1
        for number in (1..<Self.keptFiles).reversed() {
            do {
                try SystemCall.rename("\(path).\(number)", to: "\(path).\(number + 1)")
            } catch  where error.isMissing {
                continue
            }
        }
        try SystemCall.rename(path, to: "\(path).1")
        try open(&state)
    }
}
