import Fixtures
import Foundation
import Glibc
import SnugClient
import SnugSettings
import TestSupport
import Testing

@Suite("Starting", .timeLimit(.standard))
struct StartingTests {
    @Test(
        "An invalid setting prevents the start with one line, and creates nothing",
        arguments: [
            ("SNUG_PORT", "eighty"), ("SNUG_REGISTRATION", "maybe"), ("SNUG_RATE_MESSAGES", "fast"),
            ("SNUG_TRUSTED_PROXIES", "proxy"),
        ]
    )
    func badSetting(name: String, value: String) async throws {
        try await withMemoryFolder { folder in
            let ended = try await runServer([], environment: [name: value, "SNUG_STORAGE": folder + "/storage"])
            #expect(ended.status != .exited(0))
            #expect(ended.errors.contains("\(name)=\(value)"))
            #expect(ended.output == "")
            #expect(!FileManager.default.fileExists(atPath: folder + "/storage"))
        }
    }

    @Test("snug.yaml in the current folder is read, with less precedence than environment and command line")
    func file() async throws {
        try await withMemoryFolder { folder in
            try "registration: maybe\n".write(toFile: folder + "/snug.yaml", atomically: true, encoding: .utf8)
            let fromFile = try await runServer([], in: folder)
            #expect(fromFile.errors.contains("./snug.yaml: registration: maybe is not valid"))
            let fromEnvironment = try await runServer([], environment: ["SNUG_REGISTRATION": "no"], in: folder)
            #expect(fromEnvironment.errors.contains("SNUG_REGISTRATION=no"))
            let fromOption = try await runServer(
                ["--registration", "never"],
                environment: ["SNUG_REGISTRATION": "no"],
                in: folder
            )
            #expect(fromOption.errors.contains("--registration never is not valid"))
        }
    }

    @Test("The start logs the settings file")
    func namedFile() async throws {
        try await withMemoryFolder { folder in
            let (_, without) = try await withServerProcess(storage: folder) { _ in }
            #expect(without.errors.contains("file=none"))
            let path = folder + "/snug.yaml"
            try "registration: closed\n".write(toFile: path, atomically: true, encoding: .utf8)
            let (status, ended) = try await withServerProcess(storage: folder) { process in
                let account = #"{"username":"ann","password":"a long password"}"#
                return try await process.site.send(.POST, "/api/v1/users", body: .text(account)).status
            }
            #expect(status == 403)
            #expect(ended.errors.contains("file=\(path)"))
        }
    }

    @Test("An unknown variable prevents the start, and creates nothing")
    func unknownVariable() async throws {
        try await withMemoryFolder { folder in
            let environment = ["SNUG_PROT": "80", "SNUG_STORAGE": folder + "/storage"]
            let ended = try await runServer([], environment: environment)
            #expect(ended.status != .exited(0))
            #expect(ended.errors.contains("SNUG_PROT in the environment is not a setting. Did you mean SNUG_PORT?"))
            #expect(!FileManager.default.fileExists(atPath: folder + "/storage"))
        }
    }

    @Test("An unknown option prevents the start")
    func unknownOption() async throws {
        let ended = try await runServer(["--prot", "80"])
        #expect(ended.status != .exited(0))
        #expect(ended.errors.contains("--prot"))
    }

    @Test("Help explains every setting and exits with 0")
    func help() async throws {
        let ended = try await runServer(["serve", "--help"])
        #expect(ended.status == .exited(0))
        // The help may break lines anywhere.
        let words = ended.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for setting in Setting.all {
            let text =
                "\(setting.option) \(setting.meaning) Allowed: \(setting.allowed). Default: \(setting.defaultText)."
            #expect(words.contains(text.replacing("`", with: "")))
        }
    }

    @Test("I7: files of a first start are readable by their owner only, and no secret is logged")
    func privateFiles() async throws {
        try await withMemoryFolder { folder in
            let storage = folder + "/storage"
            let (_, ended) = try await withServerProcess(storage: storage) { process in
                _ = try await process.site.send(.GET, "/health/simple").expect(200)
                for file in ["secret", "secret.nginx", "snug.sqlite"] {
                    #expect(mode(of: "\(storage)/\(file)") == 0o600)
                }
            }
            let secret = try String(contentsOfFile: storage + "/secret", encoding: .utf8).trimmingCharacters(
                in: .newlines
            )
            #expect(secret.wholeMatch(of: /[0-9a-f]{64}/) != nil)
            #expect(!(ended.output + ended.errors).contains(secret))
        }
    }

    @Test("The secret is the same after a restart")
    func sameSecret() async throws {
        try await withMemoryFolder { folder in
            var secrets: Set<String> = []
            for _ in 0..<2 {
                _ = try await withServerProcess(storage: folder) { _ in }
                secrets.insert(try String(contentsOfFile: folder + "/secret", encoding: .utf8))
            }
            #expect(secrets.count == 1)
        }
    }

    @Test("A malformed secret prevents the start instead of being replaced")
    func garbledSecret() async throws {
        try await withMemoryFolder { folder in
            try "too short".write(toFile: folder + "/secret", atomically: true, encoding: .utf8)
            #expect(chmod(folder + "/secret", 0o600) == 0)
            let ended = try await runServer([], environment: ["SNUG_STORAGE": folder, "SNUG_PORT": "0"])
            #expect(ended.status != .exited(0))
            #expect(ended.errors.contains("64 lower-case hex digits"))
            #expect(try String(contentsOfFile: folder + "/secret", encoding: .utf8) == "too short")
        }
    }

    @Test("A port in use prevents the start with a clear line")
    func takenPort() async throws {
        try await withServer { server in
            try await withMemoryFolder { folder in
                let environment = ["SNUG_STORAGE": folder, "SNUG_PORT": "\(server.site.port)"]
                let ended = try await runServer([], environment: environment)
                #expect(ended.status != .exited(0))
                #expect(ended.errors.lowercased().contains("snug_port=\(server.site.port) cannot be used"))
                #expect(ended.errors.contains("host (default 127.0.0.1)"))
            }
        }
    }

    @Test("With the JSON log format, each line is a complete object")
    func jsonLog() async throws {
        try await withMemoryFolder { folder in
            let environment = ["SNUG_LOG_FORMAT": "json", "SNUG_LOG_LEVEL": "debug"]
            let (_, ended) = try await withServerProcess(storage: folder, environment: environment) { process in
                _ = try await process.site.send(.GET, "/health/simple").expect(200)
            }
            let lines = try ended.errors.split(separator: "\n").map { try JSON(parsing: $0.utf8) }
            #expect(lines.contains { $0.message == "Snug is ready" && $0.level == "notice" })
            #expect(lines.allSatisfy { $0.names.isSuperset(of: ["time", "level", "logger", "message"]) })
        }
    }
}
