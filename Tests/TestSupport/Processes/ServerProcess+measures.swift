import Foundation

/// Measurements of the process by the system (proc(5)).
extension ServerProcess {
    /// Files and connections that it holds open.
    package var openFileCount: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count }
    }

    /// Its resident memory in bytes.
    package var residentByteCount: Int {
        get throws { try status("VmRSS") }
    }

    /// Its resident memory without mapped programs and files, in bytes.
    package var ownByteCount: Int {
        get throws { try status("RssAnon") }
    }

    /// Its peak resident memory in bytes.
    package var peakByteCount: Int {
        get throws { try status("VmHWM") }
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
