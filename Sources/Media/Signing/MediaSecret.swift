import FoundationEssentials
import Glibc
import Kernel
import Vocabulary

/// The key for signing media URLs: 64 hex digits, the same text as in the configuration of nginx.
package struct MediaSecret: Sendable, CustomStringConvertible {
    /// Hex digits, 4 bits each: 256 bits.
    static let digitCount = 64

    let digits: [UInt8]

    /// - Parameter digits: exactly 64 lower-case hex digits; nil otherwise.
    package init?(digits: String) {
        let bytes = Array(digits.utf8)
        guard bytes.count == Self.digitCount, bytes.allSatisfy({ Hex.value(of: $0) != nil }) else { return nil }
        self.digits = bytes
    }

    /// Reads the key file at `path`, or creates it (mode 0600) if it is missing. Blocking.
    ///
    /// Processes that start at the same time get the same key.
    /// - Throws: ``Failure``.
    package static func load(at path: String) throws(Failure) -> MediaSecret {
        do {
            if try SystemCall.facts(path) == nil { try make(path) }
            try checkMode(path)
            let text = try read(path)
            guard let secret = MediaSecret(digits: text) else { throw Failure.garbled(path: path) }
            return secret
        } catch let failure as FileFailure {
            throw .file(path: path, failure)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .garbled(path: path)
        }
    }

    /// A key that other users of the machine can read gives them access to every picture. Its group may read it.
    private static func checkMode(_ path: String) throws {
        guard let facts = try SystemCall.facts(path) else { return }
        guard facts.isRegularFile || facts.isSymbolicLink else { throw Failure.garbled(path: path) }
        guard facts.isWithin(0o740) else { throw Failure.exposed(path: path, mode: facts.mode) }
    }

    /// Never the key.
    package var description: String { "MediaSecret" }

    /// The text of the file without the line end; at most one byte longer than a key.
    private static func read(_ path: String) throws(FileFailure) -> String {
        let text = String(decoding: try OpenFile(path).read(at: 0, count: digitCount + 2), as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// Creates the file, unless another process does so first.
    private static func make(_ path: String) throws(FileFailure) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) + "/" } ?? "."
        let file = try UnnamedFile(in: folder, mode: 0o600)
        defer { file.close() }
        try file.write(Array((Hex.lowercase(randomKey()) + "\n").utf8))
        try file.sync()
        do {
            try file.link(to: path)
        } catch  where error.isTaken {
            return
        }
        try SystemCall.syncFolder(folder)
    }

    private static func randomKey() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<digitCount / 2).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Why there is no key, so that the server must not start.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// It does not contain 64 hex digits, or is not a file.
        case garbled(path: String)
        /// Users other than its owner may read or change it.
        case exposed(path: String, mode: mode_t)
        case file(path: String, FileFailure)

        package var description: String {
            switch self {
            case .garbled(let path): "the key file \(path) must be a file of 64 lower-case hex digits and nothing else"
            case .exposed(let path, let mode):
                "the key file \(path) has mode 0\(String(mode, radix: 8)), so that others can read or change it: "
                    + "create a new key if they may have done so, and run chmod 600 \(path)"
            case .file(let path, let failure): "the key file \(path) cannot be read or created: \(failure)"
            }
        }
    }
}

extension MediaSecret {
    /// Writes the file that the configuration of nginx includes, mode 0600: the master process of nginx reads it as
    /// root. Blocking.
    ///
    /// - Throws: ``FileFailure``.
    package func writeNginxInclude(at path: String) throws(FileFailure) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) + "/" } ?? "."
        let file = try UnnamedFile(in: folder, mode: 0o600)
        defer { file.close() }
        try file.write(Array("set $snug_secret \"\(String(decoding: digits, as: UTF8.self))\";\n".utf8))
        try file.sync()
        try file.link(to: path, replacing: true)
        try SystemCall.syncFolder(folder)
    }
}
