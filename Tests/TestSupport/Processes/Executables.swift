import Foundation

/// The programs that were built together with the tests.
package enum Executables {
    package static let server = path("snug-server")
    package static let mediaWorker = path("snug-media-worker")
    package static let janitor = path("snug-janitor")
    package static let demo = path("snug-demo")
    /// What `DiskFaults` preloads into the server.
    package static let faults = path("libsnug-faults.so")
    /// What `DiskRecorder` preloads into the server.
    package static let diskRecorder = path("libsnug-disk-recorder.so")

    /// Prometheus' own, where `Scripts/prepare test` puts it if it is not installed.
    package static let promtool: String = {
        let own = checkout.appending(path: ".build/tools/promtool").path
        return FileManager.default.isExecutableFile(atPath: own) ? own : "/usr/bin/promtool"
    }()

    /// Searches next to the test bundle and in the folders above it.
    private static func path(_ name: String) -> String {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let bundle = Bundle.main.bundleURL.resolvingSymlinksInPath()
        let argument = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let nearby = [own, bundle, argument].flatMap { start in
            sequence(first: start) { $0.deletingLastPathComponent() }.prefix(4)
        }
        let built = checkout.appending(path: ".build/debug")
        let found = (nearby + [built]).map { $0.appending(path: name).path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        return found ?? "\(name) has not been built"
    }

    /// The folder of the package.
    package static let checkout = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
