/// User names that would be taken for something else.
enum UserNames {
    /// Words that stand for something in paths of the API.
    static let pathWords: Set<String> = ["me", "current", "self", "null", "undefined"]

    /// Those who speak for the server, those that address everybody, and the names of mailboxes and hosts that others
    /// rely on (RFC 2142). Written without dots and dashes.
    static let reserved: Set<String> = [
        "abuse", "account", "admin", "administrator", "all", "anonymous", "api", "attachments", "auth", "billing",
        "bot",
        "channel", "contact", "deleted", "everybody", "everyone", "events", "guest", "group", "health", "help",
        "helpdesk", "here", "hostmaster", "info", "login", "logout", "mail", "mailerdaemon", "media", "members",
        "messages", "mod", "moderation", "moderator", "moderators", "nobody", "noreply", "official", "operator",
        "owner", "postmaster", "privacy", "realtime", "register", "room", "rooms", "root", "security", "server",
        "service",
        "sessions", "settings", "signin", "signup", "snug", "snugserver", "staff", "status", "superuser", "support",
        "sysadmin", "system", "team", "unknown", "user", "users", "webmaster", "www",
    ]
}
