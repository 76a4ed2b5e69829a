import Fixtures
import Foundation
import Glibc
import Logging
import NIOCore
import NIOEmbedded
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Out of file descriptors", .timeLimit(.standard))
struct OpenFileTests {
    @Test("I8: Accepting pauses before the last descriptor is used, is logged and counted, and resumes")
    func limit() async throws {
        try await withMemoryFolder { storage in
            let (_, ended) = try await withServerProcess(storage: storage, openFiles: 256) { server in
                let operating = try await RawConnection(to: server.site)
                #expect(try await acceptPauses(operating) == 0)
                // The kernel completes all connections; the server accepts as many as it may.
                var connections: [RawConnection] = []
                for _ in 0..<300 { connections.append(try await RawConnection(to: server.site)) }
                try await poll(waitingFor: "a pause") { try await acceptPauses(operating) > 0 }
                #expect(try server.openFileCount < 256)
                for connection in connections { connection.close() }
                #expect(try await server.site.send(.GET, "/health/simple").status == 200)
                operating.close()
            }
            #expect(ended.status == .exited(0))
            #expect(ended.errors.contains("New connections are waiting"))
        }
    }

    private func acceptPauses(_ connection: RawConnection) async throws -> Int {
        try await connection.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = try await connection.readHead()
        // The last member.
        let body = try await connection.read(until: "\"version\":\"") + connection.read(until: "\"}")
        return try Int(JSON(parsing: body.utf8).connections.accept_pauses.number)
    }

    @Test("One warning a minute is enough")
    func warnings() {
        let pace = WarningThrottle()
        let start = ContinuousClock.now
        let warned = [0, 1, 59, 60, 61, 119, 120].filter { pace.mayWarn(at: start + .seconds($0)) }
        #expect(warned == [0, 60, 120])
    }

    @Test("I8: After an error of accept, retries are delayed from 100 ms up to a second")
    func backOff() throws {
        let channel = EmbeddedChannel()
        let pauses = AcceptPauses(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try channel.pipeline.syncOperations.addHandler(AcceptBackOff(pauses))
        var isAccepting: Bool {
            let option = channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }
            return option?.value as? Bool ?? true
        }
        for milliseconds in [100, 200, 400, 800, 1000, 1000] as [Int64] {
            channel.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
            #expect(!isAccepting)
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(milliseconds) - .nanoseconds(1))
            #expect(!isAccepting)
            channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1))
            #expect(isAccepting)
        }
        #expect(pauses.total == 6)
        // Other errors are passed on.
        channel.pipeline.fireErrorCaught(IOError(errnoCode: EBADF, reason: "accept"))
        #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
        #expect(isAccepting)
    }
}
