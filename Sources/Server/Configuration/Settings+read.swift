import Chat
import Configuration
import Foundation
import Logging
import SystemPackage

/// Why the server does not start: a setting that cannot be understood.
struct SettingError: Error, CustomStringConvertible {
    let description: String

    init(_ name: SettingName, value: String, allowed: String) {
        description = "\(name.environment)=\(value) cannot be used: allowed is \(allowed)."
    }

    init(unknown option: String) {
        let known = SettingName.allCases.map(\.option).joined(separator: " ")
        description = "\(option) is not a setting. There are: \(known)"
    }

    init(file: String, reason: any Error) {
        description = "\(file) cannot be read as YAML: \(reason)"
    }
}

/// The settings' names, as `snug.yaml` spells them.
enum SettingName: String, CaseIterable {
    case host
    case port
    case storage
    case publicURL = "public_url"
    case secretFile = "secret_file"
    case registration
    case synchronous = "sqlite_synchronous"
    case commitGroup = "commit_group"
    case maxConnections = "max_connections"
    case maxConnectionsPerUser = "max_connections_per_user"
    case maxUploadBytes = "max_upload_bytes"
    case maxUploadBytesPerDay = "max_upload_bytes_per_day"
    case maxStoredBytesPerUser = "max_stored_bytes_per_user"
    case maxWaitingPictures = "max_waiting_pictures"
    case maxWaitingPicturesPerUser = "max_waiting_pictures_per_user"
    case maxMessageBytes = "max_message_bytes"
    case maxRoomMembers = "max_room_members"
    case rateMessages = "rate_messages"
    case rateRequests = "rate_requests"
    case rateUploads = "rate_uploads"
    case rateRooms = "rate_rooms"
    case rateJoins = "rate_joins"
    case rateSignins = "rate_signins"
    case trustedProxies = "trusted_proxies"
    case mediaAccel = "media_accel"
    case mediaWorker = "media_worker"
    case mediaFormats = "media_formats"
    case keepMetadata = "keep_metadata"
    case logLevel = "log_level"
    case logFormat = "log_format"

    /// `SNUG_MAX_UPLOAD_BYTES`
    var environment: String { "SNUG_" + rawValue.uppercased() }
    /// `--max-upload-bytes`
    var option: String { "--" + rawValue.split(separator: "_").joined(separator: "-") }
}

extension Settings {
    /// The file of settings, looked for in the working directory.
    static let file = "snug.yaml"

    /// Reads the command line, then the environment, then `snug.yaml`, then the defaults.
    ///
    /// - Throws: `SettingError` naming the setting, its value and what is allowed.
    static func read(
        arguments: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        file: String = Settings.file
    ) async throws -> Settings {
        let options = try options(arguments)
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "command line", values: options),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "snug"),
        ]
        do {
            providers.append(
                try await FileProvider<YAMLSnapshot>(filePath: FilePath(file), allowMissing: true)
            )
        } catch {
            throw SettingError(file: file, reason: error)
        }
        return try Settings(SettingReader(config: ConfigReader(providers: providers)))
    }

    /// Reads `--port 80` and `--port=80`. Not left to the library, which knows no dashes within a name, takes a value with
    /// commas for several, and lets misspelt options pass without effect.
    private static func options(_ arguments: [String]) throws(SettingError) -> [AbsoluteConfigKey: ConfigValue] {
        var options: [AbsoluteConfigKey: ConfigValue] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = SettingName.allCases.first(where: { $0.option == sides[0] }) else {
                throw SettingError(unknown: sides[0])
            }
            guard let value = sides.count == 2 ? sides[1] : rest.popFirst() else {
                throw SettingError(name, value: "", allowed: "\(name.option) with a value behind it")
            }
            options[AbsoluteConfigKey([name.rawValue])] = ConfigValue(.string(value), isSecret: false)
        }
        return options
    }

    private init(_ reader: SettingReader) throws(SettingError) {
        host = reader.text(.host) ?? host
        port = try reader.number(.port, in: 0...65_535) ?? port
        storage = reader.text(.storage) ?? storage
        publicURL = try reader.url(.publicURL)
        secretFile = reader.text(.secretFile)
        registration = try reader.choice(.registration) ?? registration
        synchronous = try reader.choice(.synchronous) ?? synchronous
        commitGroup = try reader.number(.commitGroup, in: 1...GroupCommit.maxGroup) ?? commitGroup
        maxConnections = try reader.number(.maxConnections, in: 1...100_000) ?? maxConnections
        maxConnectionsPerUser = try reader.number(.maxConnectionsPerUser, in: 1...1000) ?? maxConnectionsPerUser
        maxUploadBytes = try reader.number(.maxUploadBytes, in: 1...1_073_741_824) ?? maxUploadBytes
        try readUploadLimits(reader)
        limits.messageBytes = try reader.number(.maxMessageBytes, in: 1...32_768) ?? limits.messageBytes
        limits.roomMembers = try reader.number(.maxRoomMembers, in: 2...10_000) ?? limits.roomMembers
        rates.messages = try reader.rates(.rateMessages) ?? rates.messages
        rates.requests = try reader.rates(.rateRequests) ?? rates.requests
        rates.uploads = try reader.rates(.rateUploads) ?? rates.uploads
        rates.rooms = try reader.rates(.rateRooms) ?? rates.rooms
        rates.joins = try reader.rates(.rateJoins) ?? rates.joins
        rates.signins = try reader.rates(.rateSignins) ?? rates.signins
        trustedProxies = try reader.addresses(.trustedProxies) ?? trustedProxies
        mediaAccel = try reader.choice(.mediaAccel) ?? mediaAccel
        mediaWorker = reader.text(.mediaWorker)
        mediaFormats = try reader.formats(.mediaFormats) ?? mediaFormats
        keepsMetadata = try reader.choice(.keepMetadata) ?? keepsMetadata
        logLevel = try reader.choice(.logLevel) ?? logLevel
        logFormat = try reader.choice(.logFormat) ?? logFormat
    }

    private mutating func readUploadLimits(_ reader: SettingReader) throws(SettingError) {
        // A day that is smaller than one upload would have some clients come back every day, in vain.
        let bytes = maxUploadBytes...1 << 50
        limits.uploadedBytesPerDay = try reader.number(
            .maxUploadBytesPerDay,
            in: bytes,
            or: limits.uploadedBytesPerDay
        )
        limits.storedBytesPerPerson = try reader.number(
            .maxStoredBytesPerUser,
            in: bytes,
            or: limits.storedBytesPerPerson
        )
        let pictures = 1...1_000_000
        limits.waitingPictures = try reader.number(.maxWaitingPictures, in: pictures) ?? limits.waitingPictures
        limits.waitingPicturesPerPerson =
            try reader.number(.maxWaitingPicturesPerUser, in: pictures) ?? limits.waitingPicturesPerPerson
    }
}
