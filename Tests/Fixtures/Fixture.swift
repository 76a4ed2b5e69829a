import FoundationEssentials
import Glibc
import Media
import Vocabulary

/// The fixture files of media tests, described in `README.md` beside this file.
package enum Fixture {
    private static let folder = "\(#filePath)".split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/files"

    /// The names of all files, sorted.
    package static var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
    }

    package static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
    }
}

/// A new folder that is gone when `body` returns or throws.
package func withScratchFolder<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (String) async throws -> Result
) async throws -> Result {
    let path = "\(FileManager.default.temporaryDirectory.path())snug-test-\(BlobID.random())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// A new media folder that is gone when `body` returns or throws.
package func withMediaFolder<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (MediaFolder) async throws -> Result
) async throws -> Result {
    try await withScratchFolder { try await body(try MediaFolder("\($0)/media")) }
}

/// Paths of all files below a folder, relative to it and sorted; hidden ones left out.
package func files(below folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).sorted().filter { path in
        var info = stat()
        return lstat("\(folder)/\(path)", &info) == 0 && info.st_mode & S_IFMT == S_IFREG && !path.hasPrefix(".")
    }
}

/// Permission bits of a file or folder.
package func mode(of path: String) -> mode_t? {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_mode & 0o7777 : nil
}
