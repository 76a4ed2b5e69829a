import NIOCore
import NIOHTTP1
import NIOPosix

extension Site {
    /// Opens a connection and upgrades it to a WebSocket.
    ///
    /// - Parameters:
    ///   - headers: `Host` and those of the handshake are added.
    ///   - makeUpgrader: Makes the upgrader, which adds what reads the frames.
    /// - Throws: ``NotUpgraded``, or what prevented the connection.
    package func openWebSocket(
        path: String = "/api/v1/realtime",
        headers: HTTPHeaders = [:],
        bootstrap: ClientBootstrap,
        makeUpgrader: @escaping @Sendable () -> any NIOTypedHTTPClientProtocolUpgrader<any Channel>
    ) async throws -> any Channel {
        var headers = headers
        headers.replaceOrAdd(name: "host", value: authority)
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
        let upgraded = try await bootstrap.connect(host: host, port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                let upgrade = NIOTypedHTTPClientUpgradeConfiguration(
                    upgradeRequestHead: head,
                    upgraders: [makeUpgrader()],
                    notUpgradingCompletionHandler: { $0.eventLoop.makeFailedFuture(NotUpgraded()) }
                )
                var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: upgrade)
                // A frame may arrive together with the response to the handshake.
                pipeline.leftOverBytesStrategy = .forwardBytes
                return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                    configuration: pipeline
                )
            }
        }
        return try await upgraded.get()
    }
}

/// The server answered the request for a WebSocket with something else.
package struct NotUpgraded: Error, CustomStringConvertible {
    package var description: String { "the server refused to open a WebSocket" }
}
