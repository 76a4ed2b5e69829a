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
}

/// One token bucket: `count/seconds`, with a burst that defaults to the count.
struct RateRule: Sendable, Equatable {
    let count: Int
    let seconds: Int
    let burst: Int
}

extension RateRule {
    /// Reads `3/1s burst 5`; nil for anything else.
    init?(_ text: some StringProtocol) {
        let words = text.split(separator: " ")
        guard words.count == 1 || (words.count == 3 && words[1] == "burst"), let rate = words.first else { return nil }
        let sides = rate.split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2, sides[1].last == "s", let count = Int(sides[0]), let seconds = Int(sides[1].dropLast()),
            (1...1_000_000).contains(count), (1...86_400).contains(seconds)
        else { return nil }
        guard words.count == 3 else {
            self.init(count: count, seconds: seconds, burst: count)
            return
        }
        guard let burst = Int(words[2]), (1...1_000_000).contains(burst) else { return nil }
        self.init(count: count, seconds: seconds, burst: burst)
    }

    /// Reads a comma-separated list, or `off`; nil for anything else.
    static func list(_ text: String) -> [RateRule]? {
        guard text != "off" else { return [] }
        let rules = text.split(separator: ",").map { RateRule($0) }
        let read = rules.compactMap(\.self)
        return read.isEmpty || read.count != rules.count ? nil : read
    }
}
