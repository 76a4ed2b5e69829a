import Foundation
import SnugClient
import Subprocess
import SystemPackage

/// What exiftool finds in a file of these bytes: values by `group:tag`.
package func exifToolTags(
    of bytes: [UInt8],
    in folder: String,
    isolation: isolated (any Actor)? = #isolation
) async throws -> [String: String] {
    let path = "\(folder)/\(UUID().uuidString)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let run = try await Subprocess.run(
        .name("exiftool"),
        // All tags with their groups, duplicates and unknown tags included.
        arguments: ["-json", "-G1", "-a", "-u", "-U", path],
        environment: programEnvironment([:]),
        input: .none,
        output: .bytes(limit: 1 << 20),
        error: .discarded
    )
    guard case .array(let files) = JSON.orMissing(run.standardOutput), case .object(let tags) = files.first else {
        throw StartFailure(program: "exiftool", output: String(decoding: run.standardOutput, as: UTF8.self))
    }
    return tags.mapValues { "\($0)" }
}
