import Foundation
import TestSupport
import Testing

@testable import SnugSettings

@Suite("Sources of settings", .timeLimit(.standard))
struct SettingSourceTests {
    /// Creates a storage folder and a current folder, each with a file if there is text for it.
    private func withFolders<Result>(
        inStorage: String? = nil,
        inCurrent: String? = nil,
        _ body: (_ storage: String, _ current: String) throws -> Result
    ) async throws -> Result {
        try await withMemoryFolder { folder in
            let (storage, current) = (folder + "/storage", folder + "/current")
            for (path, text) in [(storage, inStorage), (current, inCurrent)] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                try text?.write(toFile: path + "/snug.yaml", atomically: true, encoding: .utf8)
            }
            return try body(storage, current)
        }
    }

    private func read(
        _ arguments: [String],
        _ environment: [String: String] = [:],
        in current: String
    ) throws -> Settings {
        try Settings.read(arguments: arguments, environment: environment, currentFolder: current)
    }

    @Test("The file in the storage takes precedence over the one in the current folder, which is reported as not read")
    func storageFirst() async throws {
        try await withFolders(inStorage: "port: 1", inCurrent: "port: 2") { storage, current in
            let settings = try read([], ["SNUG_STORAGE": storage], in: current)
            #expect(settings.port == 1)
            #expect(settings.sources.file == storage + "/snug.yaml")
            #expect(settings.sources.ignoredFile == current + "/snug.yaml")
        }
    }

    @Test("The file in the current folder may name the storage")
    func currentSecond() async throws {
        try await withFolders(inCurrent: "port: 2\nstorage: /elsewhere") { _, current in
            let settings = try read([], in: current)
            #expect(settings.port == 2)
            #expect(settings.storage == "/elsewhere")
            #expect(settings.sources.file == current + "/snug.yaml")
            #expect(settings.sources.ignoredFile == nil)
        }
    }

    @Test("If the storage is the current folder, its file is read once")
    func sameFolder() async throws {
        try await withFolders(inStorage: "port: 1") { storage, _ in
            let settings = try read(["--storage", storage + "/../storage"], in: storage)
            #expect(settings.port == 1)
            #expect(settings.sources.ignoredFile == nil)
        }
    }

    @Test("Only the file named by --config or SNUG_CONFIG is read")
    func config() async throws {
        try await withFolders(inStorage: "port: 1", inCurrent: "port: 2") { storage, current in
            let path = storage + "/other.yaml"
            try "max_connections: 3".write(toFile: path, atomically: true, encoding: .utf8)
            for settings in [
                try read(["--storage", storage, "--config", path], in: current),
                try read(["--config=\(path)"], ["SNUG_CONFIG": current + "/snug.yaml"], in: current),
                try read([], ["SNUG_CONFIG": path, "SNUG_STORAGE": storage], in: current),
            ] {
                #expect(settings.port == 8080)
                #expect(settings.maxConnections == 3)
                #expect(settings.sources.file == path)
            }
        }
    }

    @Test("A missing named file prevents the start")
    func missingConfig() throws {
        let error = #expect(throws: SettingError.self) {
            try read(["--config", "/nowhere/at/all.yaml"], in: "/nowhere")
        }
        #expect(error?.description.contains("/nowhere/at/all.yaml") == true)
    }

    @Test(
        "An invalid value is reported as it was given",
        arguments: [
            (["--port", "99999"], [:], nil, "--port 99999 is not valid: expected"),
            (["--port=99999"], [:], nil, "--port 99999 is not valid: expected"),
            ([], ["SNUG_PORT": "99999"], "port: 1", "SNUG_PORT=99999 is not valid: expected"),
            ([], [:], "port: 99999", "./snug.yaml: port: 99999 is not valid: expected"),
        ] as [([String], [String: String], String?, String)]
    )
    func asGiven(arguments: [String], environment: [String: String], file: String?, line: String) async throws {
        try await withFolders(inCurrent: file) { _, current in
            let error = #expect(throws: SettingError.self) { try read(arguments, environment, in: current) }
            let text = try #require(error).description.replacing(current, with: ".")
            #expect(text == line + " a whole number from 0 to 65535.")
        }
    }

    @Test("A setting that is not given is reported with its default")
    func standard() throws {
        #expect(try read([], in: "/nowhere").asGiven("port") == "port (default 8080)")
    }
}
