import Foundation

extension Settings {
    /// Where the media worker is: as set, or beside the server's own executable.
    var workerPath: String {
        if let mediaWorker { return mediaWorker }
        let own = Bundle.main.executablePath ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("snug-media-worker").path
    }

    /// Makes the folder that everything is kept in, if it is not there yet.
    ///
    /// - Throws: a line for the operator.
    func makeStorage() throws {
        do {
            try FileManager.default.createDirectory(atPath: storage, withIntermediateDirectories: true)
        } catch {
            throw SettingError(.storage, value: storage, allowed: "a folder that can be made and written")
        }
    }

    var hubLimits: Hub.Limits {
        Hub.Limits(connections: maxConnections, connectionsPerUser: maxConnectionsPerUser)
    }
}
