import Fixtures
import TestSupport
import Testing

@Suite("Out of file descriptors", .patient)
struct OpenFileTests {
    @Test("I8: Accepting pauses instead of spinning, warns once, is counted, and goes on when there is room again")
    func pause() async throws {
        try await withMemoryFolder { storage in
            let (_, ended) = try await withServerProcess(storage: storage) { server in
                let operating = try await RawConnection(to: server.site)
                _ = try await acceptFailures(operating)
                try await server.limitOpenFiles(toMore: 8)
                let clock = ContinuousClock()
                let start = clock.now
                var connections: [RawConnection] = []
                // The kernel takes them all; the server accepts as many as it has descriptors for.
                for _ in 0..<40 { connections.append(try await RawConnection(to: server.site)) }
                try await within(waitingFor: "the third try") {
                    while try await acceptFailures(operating) < 3 { await Task.yield() }
                }
                let failures = try await acceptFailures(operating)
                #expect(failures <= Int((clock.now - start) / .milliseconds(100)) + 1)
                for connection in connections { connection.close() }
                #expect(try await server.site.send(.GET, "/health/simple").status == 200)
                operating.close()
            }
            #expect(ended.status == .exited(0))
            #expect(ended.errors.components(separatedBy: "Connections wait").count == 2)
        }
    }

    private func acceptFailures(_ connection: RawConnection) async throws -> Int {
        try await connection.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = try await connection.readHead()
        // The last member.
        let body = try await connection.read(until: "\"version\":\"") + connection.read(until: "\"}")
        return try Int(JSON(parsing: body.utf8).connections.accept_failures.number)
    }
}
