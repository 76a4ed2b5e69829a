import Chat
import Fixtures
import Foundation
import Media
import TestSupport
import Testing

@testable import Server

@Suite("Settings", .patient)
struct SettingsTests {
    /// Reads settings from these three places alone.
    private func read(
        arguments: [String] = [],
        environment: [String: String] = [:],
        file: String? = nil
    ) async throws -> Settings {
        try await withMemoryFolder { folder in
            let path = folder + "/snug.yaml"
            if let file { try file.write(toFile: path, atomically: true, encoding: .utf8) }
            return try await Settings.read(arguments: arguments, environment: environment, file: path)
        }
    }

    @Test("Without settings the defaults of the contract hold")
    func defaults() async throws {
        let settings = try await read()
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8080)
        #expect(settings.storage == "./storage")
        #expect(settings.publicURL == nil)
        #expect(settings.secretPath == "./storage/secret")
        #expect(settings.registration == .open)
        #expect(settings.synchronous == .full)
        #expect(settings.maxConnections == 5000)
        #expect(settings.maxConnectionsPerUser == 10)
        #expect(settings.maxUploadBytes == 5_242_880)
        #expect(settings.limits.messageBytes == 2048)
        #expect(settings.limits.roomMembers == 100)
        #expect(settings.trustedProxies == ["127.0.0.1", "::1"])
        #expect(settings.limits.uploadedBytesPerDay == 1_073_741_824)
        #expect(settings.limits.storedBytesPerPerson == nil)
        #expect(settings.limits.waitingPictures == 1000)
        #expect(settings.limits.waitingPicturesPerPerson == 100)
        #expect(settings.mediaAccel == .off)
        #expect(settings.mediaFormats == [.jpeg, .png, .gif, .webp])
        #expect(settings.keepsMetadata == .off)
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == .text)
    }

    @Test("The rates' defaults are those of the contract")
    func rateDefaults() async throws {
        let rates = try await read().rates
        #expect(rates.messages == RateRule.list("3/1s burst 5, 60/60s"))
        #expect(rates.requests == RateRule.list("20/1s burst 60"))
        #expect(rates.uploads == RateRule.list("10/10s, 200/3600s"))
        #expect(rates.rooms == RateRule.list("5/3600s"))
        #expect(rates.joins == RateRule.list("20/3600s"))
        #expect(rates.signins == RateRule.list("10/900s"))
    }

    @Test("The command line wins over the environment, that over the file, that over the default")
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

    @Test("Every setting can be given in each of the three places", arguments: SettingName.allCases)
    func everyPlace(name: SettingName) async throws {
        let value = Self.examples[name] ?? "some text"
        let inFile = try await read(file: "\(name.rawValue): \"\(value)\"\n")
        let inEnvironment = try await read(environment: [name.environment: value])
        let asOption = try await read(arguments: [name.option, value])
        let joined = try await read(arguments: ["\(name.option)=\(value)"])
        let expected = text(of: inFile)
        #expect(expected != text(of: try await read()))
        #expect(text(of: inEnvironment) == expected)
        #expect(text(of: asOption) == expected)
        #expect(text(of: joined) == expected)
    }

    /// Every value; those of a set in one order.
    private func text(of settings: Settings) -> String {
        var others = settings
        others.mediaFormats = []
        return "\(others) \(settings.mediaFormats.map(\.rawValue).sorted())"
    }

    private static let examples: [SettingName: String] = [
        .port: "1234", .publicURL: "https://chat.example.org", .registration: "closed", .synchronous: "normal",
        .commitGroup: "7", .maxConnections: "7", .maxConnectionsPerUser: "7", .maxUploadBytes: "7",
        .maxUploadBytesPerDay: "off", .maxStoredBytesPerUser: "70000000", .maxWaitingPictures: "7",
        .maxWaitingPicturesPerUser: "7", .maxMessageBytes: "7",
        .maxRoomMembers: "7", .rateMessages: "1/2s", .rateRequests: "1/2s burst 3", .rateUploads: "off",
        .rateRooms: "1/2s, 3/4s burst 5", .rateJoins: "1/2s", .rateSignins: "1/2s", .trustedProxies: "10.0.0.1,fd00::1",
        .mediaAccel: "on", .mediaFormats: "heic", .keepMetadata: "on", .logLevel: "debug", .logFormat: "json",
    ]

    @Test("Numbers and switches in the file need no quotes")
    func yamlTypes() async throws {
        let settings = try await read(file: "port: 1234\nmedia_accel: on\nlog_level: debug\n")
        #expect(settings.port == 1234)
        #expect(settings.mediaAccel == .on)
    }

    @Test("Formats are a list, in the file too; heic is what phones call HEIF")
    func formats() async throws {
        let expected: Set<FileKind> = [.jpeg, .heif, .avif]
        #expect(try await read(environment: ["SNUG_MEDIA_FORMATS": "jpeg, heic,avif"]).mediaFormats == expected)
        #expect(try await read(file: "media_formats: [jpeg, heic, avif]\n").mediaFormats == expected)
    }

    @Test("An empty value is like none")
    func empty() async throws {
        #expect(try await read(environment: ["SNUG_PORT": "", "SNUG_PUBLIC_URL": ""]).port == 8080)
    }

    @Test(
        "A setting that cannot be understood is named, with its value and what is allowed",
        arguments: [
            ("SNUG_PORT", "eighty", "from 0 to 65535"), ("SNUG_PORT", "65536", "from 0 to 65535"),
            ("SNUG_PORT", "-1", "from 0 to 65535"), ("SNUG_MAX_CONNECTIONS", "0", "from 1 to"),
            ("SNUG_MAX_CONNECTIONS_PER_USER", "many", "whole number"), ("SNUG_MAX_UPLOAD_BYTES", "5MB", "whole number"),
            ("SNUG_MAX_UPLOAD_BYTES_PER_DAY", "1GiB", "off, or a whole number"),
            ("SNUG_MAX_UPLOAD_BYTES_PER_DAY", "5242879", "from 5242880 to"),
            ("SNUG_MAX_STORED_BYTES_PER_USER", "0", "from 5242880 to"),
            ("SNUG_MAX_WAITING_PICTURES", "0", "from 1 to"), ("SNUG_MAX_WAITING_PICTURES_PER_USER", "off", "from 1 to"),
            ("SNUG_MAX_MESSAGE_BYTES", "0", "from 1 to"), ("SNUG_MAX_ROOM_MEMBERS", "1", "from 2 to"),
            ("SNUG_REGISTRATION", "maybe", "open, closed"), ("SNUG_SQLITE_SYNCHRONOUS", "off", "full, normal"),
            ("SNUG_RATE_MESSAGES", "3 per second", "3/1s burst 5"), ("SNUG_RATE_REQUESTS", "0/1s", "off"),
            ("SNUG_RATE_UPLOADS", "1/0s", "off"), ("SNUG_RATE_ROOMS", "1/1s burst 0", "off"),
            ("SNUG_RATE_JOINS", "1/1s,,x", "off"), ("SNUG_RATE_SIGNINS", "1/1m", "off"),
            ("SNUG_TRUSTED_PROXIES", "localhost", "IP addresses"), ("SNUG_PUBLIC_URL", "chat.example.org", "https://"),
            ("SNUG_PUBLIC_URL", "https://a b", "https://"), ("SNUG_MEDIA_ACCEL", "yes", "on, off"),
            ("SNUG_MEDIA_FORMATS", "jpeg, tiff", "jpeg, png, gif, webp, heic, avif"),
            ("SNUG_MEDIA_FORMATS", "heif", "heic"), ("SNUG_MEDIA_FORMATS", ",", "a list"),
            ("SNUG_KEEP_METADATA", "gps", "on, off"),
            ("SNUG_LOG_LEVEL", "loud", "debug, info"), ("SNUG_LOG_FORMAT", "xml", "text, json"),
        ]
    )
    func notUnderstood(name: String, value: String, allowed: String) async throws {
        let error = await #expect(throws: SettingError.self) { _ = try await read(environment: [name: value]) }
        let line = try #require(error).description
        #expect(line.contains("\(name)=\(value)"))
        #expect(line.contains(allowed))
        #expect(!line.contains("\n"))
    }

    @Test("An option that there is not is refused by name", arguments: ["--prot", "--max-uploads=5"])
    func unknownOption(option: String) async throws {
        let error = await #expect(throws: SettingError.self) { _ = try await read(arguments: [option, "1"]) }
        #expect(error?.description.contains(option.prefix { $0 != "=" }) == true)
    }

    @Test("An option without a value, and a value without an option, stop the start", arguments: ["--port", "8080"])
    func halfOption(argument: String) async throws {
        let error = await #expect(throws: SettingError.self) { _ = try await read(arguments: [argument]) }
        #expect(error?.description.contains(argument) == true)
    }

    @Test("A file that is no YAML stops the start and is named")
    func brokenFile() async throws {
        let error = await #expect(throws: SettingError.self) { _ = try await read(file: "port: [1,\n  {") }
        #expect(error?.description.contains("snug.yaml") == true)
    }
}
