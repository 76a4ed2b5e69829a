import Chat
import Fixtures
import Foundation
import Pictures
import SnugSettings
import TestSupport
import Testing

@testable import Server

@Suite("Settings", .timeLimit(.standard))
struct SettingsTests {
    /// Reads settings from only these three sources.
    private func read(
        arguments: [String] = [],
        environment: [String: String] = [:],
        file: String? = nil
    ) async throws -> Settings {
        try await withMemoryFolder { folder in
            let path = folder + "/snug.yaml"
            if let file { try file.write(toFile: path, atomically: true, encoding: .utf8) }
            return try Settings.read(arguments: arguments, environment: environment, currentFolder: folder)
        }
    }

    @Test("Without settings the defaults of the contract apply")
    func defaults() async throws {
        let settings = try await read()
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8080)
        #expect(settings.storage == "./storage")
        #expect(settings.publicURL == nil)
        #expect(settings.secretPath == "./storage/secret")
        #expect(settings.previousSecretPath == "./storage/secret.previous")
        #expect(settings.registration == .open)
        #expect(settings.synchronous == .full)
        #expect(settings.maxConnections == 5000)
        #expect(settings.maxConnectionsPerUser == 10)
        #expect(settings.maxUploadBytes == 5_242_880)
        #expect(settings.limits.messageBytes == 2048)
        #expect(settings.limits.roomMembers == 100)
        #expect(settings.trustedProxies.map(\.description) == ["127.0.0.1", "::1"])
        #expect(settings.limits.uploadedBytesPerDay == 1_073_741_824)
        #expect(settings.limits.storedBytesPerPerson == nil)
        #expect(settings.limits.waitingPictures == 1000)
        #expect(settings.limits.waitingPicturesPerPerson == 100)
        #expect(settings.mediaAccel == .off)
        #expect(settings.mediaFormats == [.jpeg, .png, .gif, .webp, .heif, .avif])
        #expect(settings.keepsMetadata == .off)
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == .text)
    }

    @Test("The default rates are those of the contract")
    func rateDefaults() async throws {
        let rates = try await read().rates
        #expect(rates.messages == RateRule.list("3/1s burst 5, 60/60s"))
        #expect(rates.requests == RateRule.list("20/1s burst 60"))
        #expect(rates.uploads == RateRule.list("10/10s, 200/3600s"))
        #expect(rates.rooms == RateRule.list("5/3600s"))
        #expect(rates.joins == RateRule.list("20/3600s"))
        #expect(rates.profiles == RateRule.list("10/3600s"))
        #expect(rates.signins == RateRule.list("10/900s"))
        #expect(rates.signups == RateRule.list("5/3600s"))
        #expect(rates.direct == RateRule.list("10/3600s, 30/86400s"))
        #expect(rates.roomChanges == RateRule.list("10/60s, 100/3600s"))
        #expect(rates.roles == RateRule.list("30/60s, 200/3600s"))
        #expect(rates.adds == RateRule.list("100/60s, 300/3600s"))
        #expect(rates.removals == RateRule.list("100/60s, 300/3600s"))
        #expect(rates.blocks == RateRule.list("30/60s, 200/3600s"))
    }

    @Test("Precedence is command line, environment, file, default")
    func precedence() async throws {
        let file = "port: 3\nmax_room_members: 33\nregistration: closed\n"
        let environment = ["SNUG_PORT": "2", "SNUG_MAX_ROOM_MEMBERS": "22"]
        #expect(try await read(arguments: ["--port", "1"], environment: environment, file: file).port == 1)
        #expect(try await read(environment: environment, file: file).port == 2)
        let settings = try await read(file: file)
        #expect(settings.port == 3)
        #expect(settings.limits.roomMembers == 33)
        #expect(settings.registration == .closed)
        #expect(settings.maxConnections == 5000)
    }

    @Test("Every setting can be given in each of the three sources", arguments: Setting.all.map(\.name))
    func everyPlace(name: String) async throws {
        let setting = try #require(Setting.all.first { $0.name == name })
        let value = Self.examples[name] ?? Self.example(of: setting)
        let inFile = try await read(file: "\(name): \"\(value)\"\n")
        let inEnvironment = try await read(environment: [setting.variable: value])
        let asOption = try await read(arguments: [setting.option, value])
        let joined = try await read(arguments: ["\(setting.option)=\(value)"])
        let expected = text(of: inFile)
        #expect(expected != text(of: try await read()))
        #expect(text(of: inEnvironment) == expected)
        #expect(text(of: asOption) == expected)
        #expect(text(of: joined) == expected)
    }

    /// Every value; those of a set are sorted.
    private func text(of settings: Settings) -> String {
        var others = settings
        others.mediaFormats = []
        others.sources = Settings.Sources()
        return "\(others) \(settings.mediaFormats.map(\.rawValue).sorted())"
    }

    private static func example(of setting: Setting) -> String {
        switch setting.name.prefix(while: { $0 != "_" }) {
        case "rate": "1/2s, 3/4s burst 5"
        case "max": "7"
        case "grace": "3h"
        default: "some text"
        }
    }

    private static let examples = [
        "port": "1234", "public_url": "https://chat.example.org", "registration": "closed",
        "sqlite_synchronous": "normal", "commit_group": "7", "max_upload_bytes_per_day": "off",
        "max_stored_bytes_per_user": "70000000", "trusted_proxies": "10.0.0.0/8,fd00::1", "media_accel": "on",
        "media_formats": "heic", "keep_metadata": "on", "log_level": "debug", "log_format": "json",
        "idle_timeout": "90", "live_heartbeat": "20", "disk_warning": "12.5", "disk_uploads": "off",
        "disk_writes": "1", "grace_keys": "2d", "upkeep_window": "22:30-01:00", "archive_after": "365d",
    ]

    @Test("Numbers and switches in the file need no quotes")
    func yamlTypes() async throws {
        let settings = try await read(file: "port: 1234\nmedia_accel: on\nlog_level: debug\n")
        #expect(settings.port == 1234)
        #expect(settings.mediaAccel == .on)
    }

    @Test("Formats are a list, in the file too; heic is an alias of HEIF")
    func formats() async throws {
        let expected: Set<FileKind> = [.jpeg, .heif, .avif]
        #expect(try await read(environment: ["SNUG_MEDIA_FORMATS": "jpeg, heic,avif"]).mediaFormats == expected)
        #expect(try await read(file: "media_formats: [jpeg, heic, avif]\n").mediaFormats == expected)
        #expect(try await read(file: "media_formats:\n- jpeg\n- 'heic' # of phones\n- avif\n").mediaFormats == expected)
    }

    @Test("An empty value counts as not given")
    func empty() async throws {
        #expect(try await read(environment: ["SNUG_PORT": "", "SNUG_PUBLIC_URL": ""]).port == 8080)
    }

    @Test(
        "An invalid setting is named with its value and the allowed ones",
        arguments: [
            ("SNUG_PORT", "eighty", "from 0 to 65535"), ("SNUG_PORT", "65536", "from 0 to 65535"),
            ("SNUG_PORT", "-1", "from 0 to 65535"), ("SNUG_MAX_CONNECTIONS", "0", "from 1 to"),
            ("SNUG_MAX_CONNECTIONS_PER_USER", "many", "whole number"), ("SNUG_MAX_UPLOAD_BYTES", "5MB", "whole number"),
            ("SNUG_MAX_UPLOAD_BYTES_PER_DAY", "1GiB", "off, or a whole number"),
            ("SNUG_MAX_UPLOAD_BYTES_PER_DAY", "5242879", "from max_upload_bytes to"),
            ("SNUG_MAX_STORED_BYTES_PER_USER", "0", "from max_upload_bytes to"),
            ("SNUG_MAX_WAITING_PICTURES", "0", "from 1 to"), ("SNUG_MAX_WAITING_PICTURES_PER_USER", "off", "from 1 to"),
            ("SNUG_MAX_MESSAGE_BYTES", "0", "from 1 to"), ("SNUG_MAX_ROOM_MEMBERS", "1", "from 2 to"),
            ("SNUG_REGISTRATION", "maybe", "open, closed or invited"),
            ("SNUG_SQLITE_SYNCHRONOUS", "off", "full or normal"),
            ("SNUG_RATE_MESSAGES", "3 per second", "3/1s burst 5"), ("SNUG_RATE_REQUESTS", "0/1s", "off"),
            ("SNUG_RATE_UPLOADS", "1/0s", "off"), ("SNUG_RATE_ROOMS", "1/1s burst 0", "off"),
            ("SNUG_RATE_JOINS", "1/1s,,x", "off"), ("SNUG_RATE_SIGNINS", "1/1m", "off"),
            ("SNUG_TRUSTED_PROXIES", "localhost", "IP addresses"), ("SNUG_TRUSTED_PROXIES", "10.0.0.0/33", "networks"),
            ("SNUG_PUBLIC_URL", "chat.example.org", "https://"),
            ("SNUG_PUBLIC_URL", "https://a b", "https://"), ("SNUG_MEDIA_ACCEL", "yes", "on or off"),
            ("SNUG_MEDIA_FORMATS", "jpeg, tiff", "jpeg, png, gif, webp, heic, avif"),
            ("SNUG_MEDIA_FORMATS", "heif", "heic"), ("SNUG_MEDIA_FORMATS", ",", "a list"),
            ("SNUG_KEEP_METADATA", "gps", "on or off"),
            ("SNUG_LOG_LEVEL", "loud", "debug, info"), ("SNUG_LOG_FORMAT", "xml", "text or json"),
            ("SNUG_GRACE_LOG", "tomorrow", "30m, 24h or 7d"),
        ]
    )
    func notUnderstood(name: String, value: String, allowed: String) async throws {
        let error = await #expect(throws: SettingError.self) { _ = try await read(environment: [name: value]) }
        let line = try #require(error).description
        #expect(line.contains("\(name)=\(value)"))
        #expect(line.contains(allowed))
        #expect(!line.contains("\n"))
    }
}
