/// User names that would be mistaken for something else.
enum UserNames {
    /// Words that have a meaning in paths of the API.
    static let pathWords: Set<String> = ["me", "current", "self", "null", "undefined"]

    /// Names that speak for the server or address everybody, and well-known names of mailboxes and hosts (RFC 2142).
    /// Written without dots and dashes.
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
