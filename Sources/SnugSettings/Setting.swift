import Chat

/// One setting: all that the reader, `serve --help` and the manual need of it. `Setting.all` lists them.
package struct Setting: Sendable {
    /// As `snug.yaml` spells it: `max_upload_bytes`.
    package let name: String
    package let meaning: String
    /// The values that it takes, with their unit, as they follow "allowed is".
    package let allowed: String
    /// The default as an operator would write it, or in words.
    package let standard: String
    /// Puts the value into the settings; false where it is not allowed.
    let read: @Sendable (String, inout Settings) -> Bool

    /// `SNUG_MAX_UPLOAD_BYTES`
    package var variable: String { Self.variablePrefix + name.uppercased() }
    /// `--max-upload-bytes`
    package var option: String { "--" + name.split(separator: "_").joined(separator: "-") }

    static let variablePrefix = "SNUG_"
}

extension Setting {
    /// Every setting of the server and the janitor.
    ///
    /// To add one, give `Settings` a property with the default and this list a line; the reader, the help and the table
    /// in `docs/operations.md`, which a test compares with this list, follow from it.
    package static let all: [Setting] = network + storing + limits + rates + media + logging + janitor

    private static let network: [Setting] = [
        .text("host", \.host, "an address or a host name of this machine", "Address to listen on."),
        .number("port", \.port, in: 0...65_535, "Port to listen on; 0 takes a free one."),
        .url("public_url", \.publicURL, "Prefix of the addresses of media; without it they are relative."),
        .networks("trusted_proxies", \.trustedProxies, "Peers whose `X-Forwarded-For` is believed."),
        .number("max_connections", \.maxConnections, in: 1...100_000, "Live connections in total."),
        .number("max_connections_per_user", \.maxConnectionsPerUser, in: 1...1000, "Live connections of one person."),
    ]

    private static let storing: [Setting] = [
        .text("storage", \.storage, "a folder", "Where the database, the media and the secret are."),
        .optionalText("secret_file", \.secretFile, or: "`secret` in the storage", "Key that signs addresses of media."),
        .optionalText(
            "previous_secret_file",
            \.previousSecretFile,
            or: "the same with `.previous` behind it",
            "Key before that one; its addresses count until the last has expired. May be missing."
        ),
        .choice("sqlite_synchronous", \.synchronous, "Whether a message is on the disk when it is acknowledged."),
        .number(
            "commit_group",
            \.commitGroup,
            in: 1...GroupCommit.maxGroup,
            "Writes that may share one sync of the disk."
        ),
    ]

    private static let limits: [Setting] = [
        .choice("registration", \.registration, "Whether anybody may sign up, or only `user add` makes accounts."),
        .number("max_message_bytes", \.limits.messageBytes, in: 1...32_768, unit: "bytes", "Length of a message."),
        .number("max_room_members", \.limits.roomMembers, in: 2...10_000, "Members of a room."),
        .number("max_upload_bytes", \.maxUploadBytes, in: 1...1 << 30, unit: "bytes", "Size of an upload."),
        .byteQuota("max_upload_bytes_per_day", \.limits.uploadedBytesPerDay, "Uploads of one person in 24 hours."),
        .byteQuota("max_stored_bytes_per_user", \.limits.storedBytesPerPerson, "Uploads kept for one person."),
        .number(
            "max_waiting_pictures",
            \.limits.waitingPictures,
            in: 1...1_000_000,
            "Pictures that may wait for their variants."
        ),
        .number(
            "max_waiting_pictures_per_user",
            \.limits.waitingPicturesPerPerson,
            in: 1...1_000_000,
            "Pictures of one person that may wait."
        ),
    ]

    static let rates: [Setting] = [
        .rate("rate_requests", \.rates.requests, "Requests from one address, an IPv6 client's by its /64."),
        .rate("rate_signins", \.rates.signins, "Sign-ins with one name, and from one address."),
        .rate("rate_signups", \.rates.signups, "Accounts made from one address, an IPv6 client's by its /64."),
        .rate("rate_messages", \.rates.messages, "Messages of one person."),
        .rate("rate_uploads", \.rates.uploads, "Uploads of one person."),
        .rate("rate_rooms", \.rates.rooms, "Rooms that one person creates."),
        .rate("rate_joins", \.rates.joins, "Rooms that one person joins."),
        .rate("rate_profiles", \.rates.profiles, "Changes of one person's display name or avatar."),
        .rate("rate_direct", \.rates.direct, "Strangers whom one person writes to or invites."),
        .rate("rate_room_changes", \.rates.roomChanges, "Names and topics that one person changes."),
        .rate("rate_roles", \.rates.roles, "Roles that one person changes."),
        .rate("rate_adds", \.rates.adds, "Others whom one person adds to rooms, and bans that they lift."),
        .rate("rate_removals", \.rates.removals, "Others whom one person removes from rooms or bans."),
        .rate(
            "rate_blocks",
            \.rates.blocks,
            "People whom one person blocks and rooms that they hide, and the reverse."
        ),
    ]

    private static let media: [Setting] = [
        .formats("media_formats", \.mediaFormats, "What variants are made of; the rest are plain files."),
        .choice("keep_metadata", \.keepsMetadata, "Whether originals keep places, serial numbers and comments."),
        .choice("media_accel", \.mediaAccel, "Whether nginx delivers originals (`X-Accel-Redirect`)."),
        .optionalText("media_worker", \.mediaWorker, or: "beside the server", "Executable of the media worker."),
    ]

    private static let logging: [Setting] = [
        .choice("log_level", \.logLevel, "The least important lines that are logged."),
        .choice("log_format", \.logFormat, "Form of the log's lines."),
    ]

    private static let janitor: [Setting] = [
        .period("grace_receiving", \.grace.receiving, "Janitor: age of uploads that never finished."),
        .period("grace_unattached", \.grace.unattached, "Janitor: age of uploads that no message holds."),
        .period("grace_unknown", \.grace.unknown, "Janitor: age of files without a row, which go into the trash."),
        .period("grace_log", \.grace.log, "Janitor: age of events, which clients that come back ask for."),
        .period("grace_trash", \.grace.trash, "Janitor: age of files in the trash."),
    ]
}
