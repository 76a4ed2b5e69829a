import Chat
import ChatSQLite
import Logging
import Media
import Pictures

/// The validated settings of the server and the janitor. No other code reads the environment.
package struct Settings: Sendable {
    package enum Registration: String, CaseIterable, Sendable {
        /// Anybody who can reach the server may create an account.
        case open
        /// Only `snug-server user add` creates accounts.
        case closed
    }

    package enum LogFormat: String, CaseIterable, Sendable {
        case text
        case json
    }

    package enum Switch: String, CaseIterable, Sendable {
        case on
        case off
    }

    package var host = "127.0.0.1"
    package var port = 8080
    package var storage = "./storage"
    package var publicURL: String?
    package var secretFile: String?
    package var previousSecretFile: String?
    package var registration = Registration.open
    package var synchronous = Store.Synchronous.full
    package var commitGroup = GroupCommit.maxGroup
    package var maxConnections = 5000
    package var maxConnectionsPerUser = 10
    package var maxUploadBytes = 5 * 1024 * 1024
    /// Limits that the store enforces.
    package var limits = ChatLimits()
    package var rates = RateSettings()
    package var trustedProxies = ["127.0.0.1", "::1"].compactMap { IPNetwork($0) }
    package var mediaAccel = Switch.off
    package var mediaFormats = FileKind.renderedByDefault
    package var keepsMetadata = Switch.off
    package var logLevel = Logger.Level.info
    package var logFormat = LogFormat.text
    package var mediaWorker: String?
    /// Ages at which the janitor removes leftovers.
    package var grace = GracePeriods()

    /// Where the values come from.
    package var sources = Sources()

    package init() {}

    package var databasePath: String { "\(storage)/\(Store.fileName)" }
    package var mediaPath: String { "\(storage)/\(MediaFolder.name)" }
    package var secretPath: String { secretFile ?? storage + "/secret" }
    package var previousSecretPath: String { previousSecretFile ?? secretPath + ".previous" }
}

/// Rate limits. An empty list means that there is no limit.
package struct RateSettings: Sendable {
    package var messages = [
        RateRule(count: 3, seconds: 1, burst: 5), RateRule(count: 60, seconds: 60, burst: 60),
    ]
    package var requests = [RateRule(count: 20, seconds: 1, burst: 60)]
    package var uploads = [
        RateRule(count: 10, seconds: 10, burst: 10), RateRule(count: 200, seconds: 3600, burst: 200),
    ]
    package var rooms = [RateRule(count: 5, seconds: 3600, burst: 5)]
    package var joins = [RateRule(count: 20, seconds: 3600, burst: 20)]
    package var profiles = [RateRule(count: 10, seconds: 3600, burst: 10)]
    package var signins = [RateRule(count: 10, seconds: 900, burst: 10)]
    package var signups = [RateRule(count: 5, seconds: 3600, burst: 5)]
    package var direct = [
        RateRule(count: 10, seconds: 3600, burst: 10), RateRule(count: 30, seconds: 86_400, burst: 30),
    ]
    package var roomChanges = [
        RateRule(count: 10, seconds: 60, burst: 10), RateRule(count: 100, seconds: 3600, burst: 100),
    ]
    package var roles = [
        RateRule(count: 30, seconds: 60, burst: 30), RateRule(count: 200, seconds: 3600, burst: 200),
    ]
    package var adds = [
        RateRule(count: 100, seconds: 60, burst: 100), RateRule(count: 300, seconds: 3600, burst: 300),
    ]
    package var removals = [
        RateRule(count: 100, seconds: 60, burst: 100), RateRule(count: 300, seconds: 3600, burst: 300),
    ]
    package var blocks = [
        RateRule(count: 30, seconds: 60, burst: 30), RateRule(count: 200, seconds: 3600, burst: 200),
    ]

    package init() {}

    /// No limits.
    package static let off: RateSettings = {
        var settings = Settings()
        for rate in Setting.rates { _ = rate.read("off", &settings) }
        return settings.rates
    }()
}
