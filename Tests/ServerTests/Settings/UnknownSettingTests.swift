import Foundation
import TestSupport
import Testing

@testable import SnugSettings

@Suite("Unknown settings", .timeLimit(.standard))
struct UnknownSettingTests {
    private func failure(
        arguments: [String] = [],
        environment: [String: String] = [:],
        file: String? = nil
    ) async throws -> String {
        try await withMemoryFolder { folder in
            if let file { try file.write(toFile: folder + "/snug.yaml", atomically: true, encoding: .utf8) }
            let error = #expect(throws: SettingError.self) {
                try Settings.read(arguments: arguments, environment: environment, currentFolder: folder)
            }
            return try #require(error).description.replacing(folder, with: ".")
        }
    }

    @Test(
        "A misspelt option is named with the nearest one",
        arguments: [("--prot", "--port"), ("--max-uploads-bytes=5", "--max-upload-bytes"), ("--cofig", "--config")]
    )
    func option(given: String, nearest: String) async throws {
        let line = try await failure(arguments: [given, "1"])
        #expect(line == "\(given.prefix { $0 != "=" }) is not a setting. Did you mean \(nearest)?")
    }

    @Test(
        "A misspelt variable is named with the nearest one, even when it is empty",
        arguments: [("SNUG_PROT", "SNUG_PORT"), ("SNUG_REGISTRATIONS", "SNUG_REGISTRATION"), ("SNUG_", "SNUG_HOST")]
    )
    func variable(given: String, nearest: String) async throws {
        for value in ["1", ""] {
            let line = try await failure(environment: [given: value])
            #expect(line == "\(given) in the environment is not a setting. Did you mean \(nearest)?")
        }
    }

    @Test(
        "A misspelt key is named with the file and the nearest one; so are nested keys and names of variables",
        arguments: [
            ("registrations: closed", "registrations", "registration"),
            ("media:\n  accel: on", "media.accel", "media_accel"),
            ("SNUG_PORT: 80", "SNUG_PORT", "port"), ("max-connections: 7", "max-connections", "max_connections"),
            ("port: 80\nPort: 81", "Port", "port"), ("rate_message: [off]", "rate_message", "rate_messages"),
        ]
    )
    func key(content: String, name: String, nearest: String) async throws {
        let line = try await failure(file: content + "\n")
        #expect(line == "./snug.yaml: \(name) is not a setting. Did you mean \(nearest)?")
    }

    @Test("An option without a value, and a value without an option, prevent the start", arguments: ["--port", "8080"])
    func halfOption(argument: String) async throws {
        #expect(try await failure(arguments: [argument]).contains(argument))
    }

    @Test(
        "A file that is not one map of names and values prevents the start and is named",
        arguments: [
            "port: [1,\n  {", "just words", "- port", "port: 1\nport: 2", "rates: [[1]]", "port: 1\n---\nport: 2",
            "port: &a\n  again: *a",
            "a: &a [1,1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]",
        ]
    )
    func brokenFile(content: String) async throws {
        let line = try await failure(file: content)
        #expect(line.contains("./snug.yaml cannot be read as settings"))
        #expect(!line.contains("\n"))
    }

    @Test("A setting without a value in the file prevents the start and is named", arguments: ["", " \"\"", " []"])
    func emptyValue(value: String) async throws {
        let line = try await failure(file: "trusted_proxies:\(value)\n")
        #expect(line.hasPrefix("./snug.yaml: trusted_proxies must not be empty: expected none, or a list"))
    }

    @Test("A folder instead of a settings file prevents the start")
    func folder() async throws {
        try await withMemoryFolder { folder in
            let error = #expect(throws: SettingError.self) {
                try Settings.read(arguments: ["--config", folder], environment: [:], currentFolder: folder)
            }
            #expect(error?.description == "\(folder) cannot be read as settings: it is a folder.")
        }
    }

    @Test("An empty list of trusted proxies trusts none")
    func noProxies() throws {
        let settings = try Settings.read(
            arguments: ["--trusted-proxies", "none"],
            environment: [:],
            currentFolder: "/nowhere"
        )
        #expect(settings.trustedProxies.isEmpty)
    }

    @Test("An empty file, or one of comments only, sets nothing", arguments: ["", "# port: 80\n\n  # end\n"])
    func empty(content: String) async throws {
        try await withMemoryFolder { folder in
            try content.write(toFile: folder + "/snug.yaml", atomically: true, encoding: .utf8)
            #expect(try Settings.read(arguments: [], environment: [:], currentFolder: folder).port == 8080)
        }
    }

    @Test("Variables of other programs, and of Snug's scripts, tests and worker, are ignored")
    func otherVariables() throws {
        let names = ["PATH", "SNUGGLE", "snug_port", "SNUG_URL", "SNUG_PREPARED", "SNUG_WORKER_JOBS", "SNUG_LOSS_SEED"]
        let environment = Dictionary(uniqueKeysWithValues: names.map { ($0, "1") })
        #expect(try Settings.read(arguments: [], environment: environment, currentFolder: "/nowhere").port == 8080)
    }

    @Test("Every variable in scripts, deployment and documents is known")
    func namedElsewhere() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../..").standardized
        let places = ["Scripts", "deploy", "docs", "README.md", "Makefile", ".ci"]
        let files = places.flatMap { place -> [String] in
            let path = folder.appendingPathComponent(place).path
            let below = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
            return below.isEmpty ? [path] : below.map { "\(path)/\($0)" }
        }
        for file in files {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { continue }
            // A name with an ellipsis stands for several.
            for match in text.matches(of: /SNUG_[A-Z_]*[A-Z](?![A-Z_]|…)/) {
                let name = String(match.output)
                #expect(throws: Never.self, "\(file): \(name)") { try EnvironmentSettings([name: ""]) }
            }
        }
    }
}
