import Chat
import Logging
import Media

/// Everything an operator can choose, checked. Nothing else reads the environment.
struct Settings: Sendable {
    enum Registration: String, CaseIterable {
        /// Anybody who reaches the server may make an account.
        case open
        /// Only `snug-server user add` makes accounts.
        case closed
    }

    enum LogFormat: String, CaseIterable {
        case text
        case json
    }

    enum Switch: String, CaseIterable {
        case on
        case off
    }

    /// Address to listen on.
    var host = "127.0.0.1"
    /// Port to listen on; 0 takes a free one.
    var port = 8080
    /// Folder of the database, the media and the secret.
    var storage = "./storage"
    /// Prefix of media URLs; without it they are relative to the site.
    var publicURL: String?
    /// File of the key for signed URLs; beside the database unless given.
    var secretFile: String?
    var registration = Registration.open
    var synchronous = Store.Synchronous.full
    /// Writes that may share one sync of the disk; 1 makes each wait for its own.
    var commitGroup = GroupCommit.maxGroup
    /// Live connections in total.
    var maxConnections = 5000
    /// Live connections of one person.
    var maxConnectionsPerUser = 10
    /// Size of an upload, in bytes.
    var maxUploadBytes = 5 * 1024 * 1024
    /// The sizes that Chat enforces.
    var limits = ChatLimits()
    var rates = RateSettings()
    /// Peers whose `X-Forwarded-For` is believed.
    var trustedProxies = ["127.0.0.1", "::1"]
    /// Whether originals are left to nginx (`X-Accel-Redirect`).
    var mediaAccel = Switch.off
    /// What variants are made of; any other picture is kept as a plain file.
    var mediaFormats = FileKind.renderedByDefault
    /// Whether originals keep what cameras and programs wrote into them: places, serial numbers, comments.
    var keepsMetadata = Switch.off
    var logLevel = Logger.Level.info
    var logFormat = LogFormat.text
    /// The media worker's executable; beside the server's own unless given.
    var mediaWorker: String?

    var databasePath: String { "\(storage)/\(Store.fileName)" }
    var mediaPath: String { "\(storage)/\(BlobStore.folderName)" }
    var secretPath: String { secretFile ?? storage + "/secret" }
}

/// How often things may be done. A bucket list that is empty lifts the limit.
struct RateSettings: Sendable {
    var messages = [
        RateRule(count: 3, seconds: 1, burst: 5), RateRule(count: 60, seconds: 60, burst: 60),
    ]
    var requests = [RateRule(count: 20, seconds: 1, burst: 60)]
    var uploads = [
        RateRule(count: 10, seconds: 10, burst: 10), RateRule(count: 200, seconds: 3600, burst: 200),
    ]
    var rooms = [RateRule(count: 5, seconds: 3600, burst: 5)]
    var joins = [RateRule(count: 20, seconds: 3600, burst: 20)]
    var signins = [RateRule(count: 10, seconds: 900, burst: 10)]

    /// Without any limit.
    static let off = RateSettings(messages: [], requests: [], uploads: [], rooms: [], joins: [], signins: [])
}
