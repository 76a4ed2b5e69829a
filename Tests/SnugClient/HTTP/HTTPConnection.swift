import NIOCore
import NIOPosix

/// A connection that is kept alive, for one request at a time.
package actor HTTPConnection: RequestSending {
    package nonisolated let site: Site
    private let group: any EventLoopGroup
    private let deadline: TimeAmount
    private var channel: (any Channel)?

    /// Opens nothing yet.
    ///
    /// - Parameter deadline: How long one answer may take.
    package init(
        to site: Site,
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        deadline: TimeAmount = .seconds(60)
    ) {
        self.site = site
        self.group = group
        self.deadline = deadline
    }

    /// Sends a request, over a new connection if there is none or the last one was closed.
    ///
    /// - Throws: ``ConnectionEnded``, ``ConnectionIsBusy``, ``TookTooLong``, or what prevented the connection.
    package func send(_ request: Site.Request) async throws -> Answer {
        try await connected().exchange(request, with: site, deadline: deadline)
    }

    package func close() async {
        try? await channel?.close()
        channel = nil
    }

    private func connected() async throws -> any Channel {
        if let channel, channel.isActive { return channel }
        let opened = try await site.connect(on: group)
        channel = opened
        return opened
    }
}

/// A request was sent before the previous one was answered.
package struct ConnectionIsBusy: Error {}
