import Foundation
import Pictures
import TestSupport
import Vocabulary

/// Fake media workers.
enum FakeWorker {
    /// Reports that it is ready, and then hangs.
    static func hanging(in folder: String) throws -> String {
        try write("\(greeting)\n\(silence)", to: folder)
    }

    /// Hangs at each of its first jobs, then runs the real worker.
    static func hanging(times: Int, in folder: String) throws -> String {
        try failing(silence, times: times, in: folder)
    }

    /// Kills itself at each of its first jobs, then runs the real worker.
    static func dying(times: Int, in folder: String) throws -> String {
        try failing("kill -9 $$", times: times, in: folder)
    }

    /// Reports for each job a failure of the disk, after a shell command that has `$1`, the media folder, and `$id`.
    static func reportingStorageFailure(after commands: String = ":", in folder: String) throws -> String {
        let id = BlobID.random()
        let line = String(
            decoding: try WorkerLine.encode(WorkerMessage.storageFailed(id: id)).dropLast(),
            as: UTF8.self
        )
        return try write(
            """
            \(greeting)
            while read job; do
                id=$(echo "$job" | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
                \(commands)
                echo '\(line.replacing("\(id)", with: "'$id'"))'
            done
            """,
            to: folder
        )
    }

    private static let silence = "while read job; do :; done"

    private static func failing(_ end: String, times: Int, in folder: String) throws -> String {
        try write(
            """
            if [ "$(cat \(folder)/died | wc -l)" -ge \(times) ]; then exec \(Executables.mediaWorker) "$@"; fi
            \(greeting)
            read job
            echo died >> \(folder)/died
            \(end)
            """,
            to: folder
        )
    }

    private static var greeting: String {
        get throws {
            let line = try WorkerLine.encode(WorkerMessage.ready(version: RenderJob.version))
            return "echo '\(String(decoding: line.dropLast(), as: UTF8.self))'"
        }
    }

    private static func write(_ text: String, to folder: String) throws -> String {
        let path = folder + "/worker"
        try "".write(toFile: folder + "/died", atomically: true, encoding: .utf8)
        try "#!/bin/sh\n\(text)\n".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }
}
