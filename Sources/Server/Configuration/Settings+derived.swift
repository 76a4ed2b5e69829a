import Foundation
import Media
import SnugSettings

extension Settings {
    /// Where the media worker is: as set, or beside the server's own executable.
    package var workerPath: String {
        if let mediaWorker { return mediaWorker }
        let own = Bundle.main.executablePath ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("snug-media-worker").path
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
