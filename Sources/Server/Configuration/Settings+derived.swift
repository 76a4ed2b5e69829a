import Foundation
import Media
import SnugSettings

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
            throw SettingError("storage", of: self, allowed: "a folder that can be made and written")
        }
    }

    /// Reads the keys of media addresses and writes the current one for nginx. Blocks.
    func loadKeys() throws -> MediaKeys {
        let keys = try MediaKeys.load(current: secretPath, previous: previousSecretPath)
        try keys.current.writeNginxInclude(at: secretPath + ".nginx")
        return keys
    }

    var hubLimits: Hub.Limits {
        Hub.Limits(connections: maxConnections, connectionsPerUser: maxConnectionsPerUser)
    }
}
