import Foundation
import Subprocess

/// What the system knows of the process (proc(5)).
extension ServerProcess {
    /// Files and connections that it holds open.
    package var openFileCount: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count }
    }

    /// Memory that it has in use, in bytes.
    package var residentByteCount: Int {
        get throws { try status("VmRSS") }
    }

    /// Memory of its own, apart from what it maps of programs and files, in bytes.
    package var ownByteCount: Int {
        get throws { try status("RssAnon") }
    }

    /// The most that it ever had in use, in bytes.
    package var peakByteCount: Int {
        get throws { try status("VmHWM") }
    }

    /// Lets it open so many files at most, beside those that it has open.
    package func limitOpenFiles(toMore count: Int) async throws {
        let limit = try openFileCount + count
        let run = try await Subprocess.run(
            .name("prlimit"),
            arguments: ["--pid", "\(id)", "--nofile=\(limit):\(limit)"],
            output: .discarded
        )
        guard run.terminationStatus == .exited(0) else { throw DidNotStart(program: "prlimit", said: "") }
    }

    private func status(_ name: String) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        guard let kilobytes = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return kilobytes << 10
    }
}
