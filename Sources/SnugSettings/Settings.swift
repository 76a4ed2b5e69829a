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
        /// Anybody with an invitation code may create an account.
        case invited
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
    /// Free space of the disk below which the server warns, refuses uploads, and refuses other writes.
    package var disk = DiskPressure.Thresholds()
    package var maxConnections = 5000
    package var maxConnectionsPerUser = 10
    /// Time that an HTTP connection may be idle between two requests, in seconds.
    package var idleTimeout = 60
    /// Interval of pings on a live connection, in seconds.
    package var liveHeartbeat = 30
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
    /// When the janitor does the upkeep of the database even if people are writing; nil for no upkeep at all.
    package var upkeepWindow = DailyWindow("03:00-05:00")
    /// Age at which the janitor moves messages to the archive; nil if it does not.
    package var archiveAfter: Period?

    /// Where the values come from.
    package var sources = Sources()

    package init() {}

    package var databasePath: String { "\(storage)/\(Store.fileName)" }
    package var mediaPath: String { "\(storage)/\(MediaFolder.name)" }
    package var secretPath: String { secretFile ?? storage + "/secret" }
    package var previousSecretPath: String { previousSecretFile ?? secretPath + ".previous" }
}

extension Setting {
    /// Every setting of the server and the janitor.
    ///
    /// To add a setting, add a property with its default above and a line to this list. The reader and the help use the
    /// list; a test compares it with the table in `docs/operations.md`.
    package static let all: [Setting] = network + storing + limits + rates + media + logging + janitor

    private static let network: [Setting] = [
        .text("host", \.host, "an address or host name of this machine", "Address to listen on."),
        .number("port", \.port, in: 0...65_535, "Port to listen on; 0 picks a free one."),
        .url("public_url", \.publicURL, "Prefix of media URLs; without it they are relative."),
        .networks("trusted_proxies", \.trustedProxies, "Proxies whose `X-Forwarded-For` header is trusted."),
        .number("max_connections", \.maxConnections, in: 1...100_000, "Maximum number of live connections."),
        .number(
            "max_connections_per_user",
            \.maxConnectionsPerUser,
            in: 1...1000,
            "Maximum number of live connections per user."
        ),
        .number(
            "idle_timeout",
            \.idleTimeout,
            in: 30...3600,
            unit: "seconds",
            "Time after which an HTTP connection without requests is closed."
        ),
        .number(
            "live_heartbeat",
            \.liveHeartbeat,
            in: 10...300,
            unit: "seconds",
            "Interval of pings on live connections; after twice this time without any frame a client counts as gone."
        ),
    ]

    private static let storing: [Setting] = [
        .text("storage", \.storage, "a folder", isPath: true, "Folder of the database, the media and the secret."),
        .optionalText(
            "secret_file",
            \.secretFile,
            or: "`secret` in the storage folder",
            "File with the key that signs media URLs."
        ),
        .optionalText(
            "previous_secret_file",
            \.previousSecretFile,
            or: "the secret file with `.previous` appended",
            "File with the previous key, whose URLs stay valid until they expire. May be missing."
        ),
        .choice(
            "sqlite_synchronous",
            \.synchronous,
            "Whether a message is synced to disk before it is acknowledged (`full`) or later, by the system (`normal`)."
        ),
        .number(
            "commit_group",
            \.commitGroup,
            in: 1...GroupCommit.maxGroup,
            "Maximum number of writes that share one disk sync."
        ),
        .percentage(
            "disk_warning",
            \.disk.warning,
            "Free share of the disk below which a warning is logged and `/health` is `degraded`."
        ),
        .percentage("disk_uploads", \.disk.uploads, "Free share of the disk below which uploads are refused."),
        .percentage(
            "disk_writes",
            \.disk.writes,
            "Free share of the disk below which only reads, deletions and signing in are allowed."
        ),
    ]

    private static let limits: [Setting] = [
        .choice(
            "registration",
            \.registration,
            "Whether anybody can create an account (`open`), those who have an invitation code (`invited`), or only "
                + "`snug-server user add` (`closed`)."
        ),
        .number(
            "max_message_bytes",
            \.limits.messageBytes,
            in: 1...32_768,
            unit: "bytes",
            "Maximum length of a message."
        ),
        .number("max_room_members", \.limits.roomMembers, in: 2...10_000, "Maximum number of members in a room."),
        .number("max_upload_bytes", \.maxUploadBytes, in: 1...1 << 30, unit: "bytes", "Maximum size of an upload."),
        .byteQuota(
            "max_upload_bytes_per_day",
            \.limits.uploadedBytesPerDay,
            "Maximum total size of one user's uploads in 24 hours."
        ),
        .byteQuota(
            "max_stored_bytes_per_user",
            \.limits.storedBytesPerPerson,
            "Maximum total size of one user's stored uploads."
        ),
        .number(
            "max_waiting_pictures",
            \.limits.waitingPictures,
            in: 1...1_000_000,
            "Maximum number of pictures that wait for their variants."
        ),
        .number(
            "max_waiting_pictures_per_user",
            \.limits.waitingPicturesPerPerson,
            in: 1...1_000_000,
            "Maximum number of one user's pictures that wait for their variants."
        ),
    ]

    static let rates: [Setting] = [
        .rate("rate_requests", \.rates.requests, "Requests per IP address (IPv6: per /64)."),
        .rate("rate_signins", \.rates.signins, "Sign-ins per user name and per IP address (IPv6: per /64)."),
        .rate("rate_signups", \.rates.signups, "Accounts created per IP address (IPv6: per /64)."),
        .rate("rate_messages", \.rates.messages, "Messages per user."),
        .rate("rate_uploads", \.rates.uploads, "Uploads per user."),
        .rate("rate_rooms", \.rates.rooms, "Rooms created per user."),
        .rate("rate_joins", \.rates.joins, "Rooms joined per user."),
        .rate("rate_profiles", \.rates.profiles, "Changes of display name or avatar per user."),
        .rate("rate_direct", \.rates.direct, "Strangers written to or invited per user."),
        .rate("rate_room_changes", \.rates.roomChanges, "Changes of room names and topics per user."),
        .rate("rate_roles", \.rates.roles, "Changes of members' roles per user."),
        .rate("rate_adds", \.rates.adds, "Members added to rooms, and bans lifted, per user."),
        .rate("rate_removals", \.rates.removals, "Members removed or banned from rooms, per user."),
        .rate("rate_blocks", \.rates.blocks, "People blocked or unblocked, and rooms hidden or shown, per user."),
    ]

    private static let media: [Setting] = [
        .formats("media_formats", \.mediaFormats, "Formats that get variants; others are stored as plain files."),
        .choice(
            "keep_metadata",
            \.keepsMetadata,
            "Whether originals keep their metadata, such as location, serial numbers and comments."
        ),
        .choice("media_accel", \.mediaAccel, "Whether nginx sends the originals (`X-Accel-Redirect`)."),
        .optionalText(
            "media_worker",
            \.mediaWorker,
            or: "`snug-media-worker` in the server's folder",
            "Path of the media worker."
        ),
    ]

    private static let logging: [Setting] = [
        .choice("log_level", \.logLevel, "Lowest level that is logged."),
        .choice("log_format", \.logFormat, "Format of log lines."),
    ]

    private static let janitor: [Setting] = [
        .period("grace_receiving", \.grace.receiving, "Janitor: age at which an unfinished upload is removed."),
        .period(
            "grace_unattached",
            \.grace.unattached,
            "Janitor: age at which an upload that no message uses is removed."
        ),
        .period(
            "grace_deleted",
            \.grace.deleted,
            "Janitor: age at which the files of a deleted attachment are removed."
        ),
        .period("grace_rooms", \.grace.rooms, "Janitor: age at which the messages of a deleted room are removed."),
        .period(
            "grace_keys",
            \.grace.keys,
            atLeast: GracePeriods.shortestKeys,
            "Janitor: age at which an idempotency key is removed."
        ),
        .period(
            "grace_sessions",
            \.grace.sessions,
            "Janitor: time after which an expired session is removed."
        ),
        .period(
            "grace_unknown",
            \.grace.unknown,
            "Janitor: age at which a file without a database row is moved to the trash."
        ),
        .period(
            "grace_log",
            \.grace.log,
            "Janitor: age at which an event is removed from the log; clients cannot resume from before it."
        ),
        .period("grace_trash", \.grace.trash, "Janitor: age at which a file in the trash is deleted."),
        .dailyWindow(
            "upkeep_window",
            \.upkeepWindow,
            "Janitor: local time of the database's upkeep, which also runs when nobody has written for 15 minutes."
        ),
        .optionalPeriod(
            "archive_after",
            \.archiveAfter,
            atLeast: Period(seconds: 30 * 86_400),
            "Janitor: age at which a message moves to the archive."
        ),
    ]
}
