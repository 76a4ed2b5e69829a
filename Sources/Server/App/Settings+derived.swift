import Foundation
import Media
import SnugSettings

extension Settings {
    /// Path of the media worker: as set, or in the folder of the server's executable.
    package var workerPath: String {
        if let mediaWorker { return mediaWorker }
        let own = Bundle.main.executablePath ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("snug-media-worker").path
    }

    /// Reads the keys for media URLs and writes the current one to the file that nginx includes. Blocks.
    func loadKeys() throws -> MediaKeys {
        let keys = try MediaKeys.load(current: secretPath, previous: previousSecretPath)
        try keys.current.writeNginxInclude(at: secretPath + ".nginx")
        return keys
    }

    var hubLimits: Hub.Limits {
        Hub.Limits(connections: maxConnections, connectionsPerUser: maxConnectionsPerUser)
    }
}
