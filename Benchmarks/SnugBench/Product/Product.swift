import Foundation
import SnugClient

/// The three programs under test and the folder that they work in.
struct Product: Sendable {
    let programs: URL
    let storage: URL
    let log: URL
    let site: Site
    let confinement: Confinement
    let sockets: Int
    let roomMembers: Int
    /// Settings of one part of the run, which override those of all parts.
    var settings: [String: String] = [:]
    /// A command that the server is started by, such as a tracer.
    var starter: [String] = []

    /// Rate limits are off, because a thousand users come from one address here and four of them upload without a pause.
    var environment: [String: String] {
        var settings = [
            "SNUG_HOST": site.host,
            "SNUG_PORT": "\(site.port)",
            "SNUG_STORAGE": storage.path,
            "SNUG_MAX_CONNECTIONS": "\(max(5000, sockets + 100))",
            "SNUG_MAX_ROOM_MEMBERS": "\(max(100, roomMembers))",
            "SNUG_MAX_UPLOAD_BYTES_PER_DAY": "off",
            "SNUG_MAX_STORED_BYTES_PER_USER": "off",
            "SNUG_MAX_WAITING_PICTURES": "1000000",
            "SNUG_MAX_WAITING_PICTURES_PER_USER": "1000000",
        ]
        for rate in [
            "MESSAGES", "REQUESTS", "UPLOADS", "ROOMS", "JOINS", "PROFILES", "SIGNINS", "SIGNUPS", "DIRECT", "ADDS",
        ] {
            settings["SNUG_RATE_\(rate)"] = "off"
        }
        return settings.merging(self.settings) { $1 }
    }

    func program(_ name: String) -> String {
        programs.appending(path: name).path
    }

    /// Runs the janitor beside the server; returns what it printed.
    func sweep() async throws -> String {
        try await Command.run(
            confinement.confining([program("snug-janitor"), "sweep", "--json"]),
            environment: environment
        )
    }
}
