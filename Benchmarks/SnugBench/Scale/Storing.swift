import NIOCore

/// Messages stored per second, with and without a sync for each commit, grouped and one by one.
struct Storing: Sendable {
    private static let seconds = 5
    private static let wanted = 10_000.0
    /// Microseconds that the tracer adds to each sync, as on a disk with a slow flush.
    private static let syncDelay = 2000
    private static let tracer = "/usr/bin/strace"

    private struct Variant {
        let name: String
        let synchronous: String
        var isGrouped = true
        var isDelayed = false
        var aim: Bound?

        var settings: [String: String] {
            ["SNUG_SQLITE_SYNCHRONOUS": synchronous].merging(isGrouped ? [:] : ["SNUG_COMMIT_GROUP": "1"]) { $1 }
        }
    }

    let fixture: ScaleFixture

    func run() async throws -> [Figure] {
        var figures: [Figure] = []
        for variant in variants() { figures.append(try await measure(variant)) }
        return figures
    }

    private func variants() -> [Variant] {
        let plain = [
            Variant(name: "full, grouped", synchronous: "full", aim: .above(Self.wanted)),
            Variant(name: "full, one by one", synchronous: "full", isGrouped: false),
            Variant(name: "normal, grouped", synchronous: "normal"),
            Variant(name: "normal, one by one", synchronous: "normal", isGrouped: false),
        ]
        guard ControlFile.exists(Self.tracer) else {
            fixture.progress.remark("\(Self.tracer) is missing, so storing on a disk with a slow sync was not measured")
            return plain
        }
        let slow = "full, sync \(Self.syncDelay) µs longer"
        return plain + [
            Variant(name: "\(slow), grouped", synchronous: "full", isDelayed: true),
            Variant(name: "\(slow), one by one", synchronous: "full", isGrouped: false, isDelayed: true),
        ]
    }

    private func measure(_ variant: Variant) async throws -> Figure {
        fixture.progress.report(
            "storing, \(variant.name): \(ClosedLoopLoad.clients) clients post for \(Self.seconds) s"
        )
        let room = fixture.dataset.historyRoom
        let starter = variant.isDelayed ? delayingSyncs : []
        let outcome = try await fixture.serving(settings: variant.settings, starter: starter) { _ in
            let load = ClosedLoopLoad(site: fixture.product.site, loop: fixture.loop, cgroup: fixture.cgroup)
            let body = #"{"body":"\#(SocketMessages.sentence)"}"#
            let requests = room.members.prefix(ClosedLoopLoad.clients).map {
                ByteBuffer.request("POST", "/api/v1/rooms/\(room.id)/messages", token: $0.token, json: body)
            }
            return try await load.run(expecting: 201, seconds: Self.seconds) { requests[$0 % requests.count] }
        }
        fixture.remark(outcome, of: "storing, \(variant.name)")
        return Figure(
            "storing, \(ClosedLoopLoad.clients) clients, \(variant.name): messages/s",
            outcome.perSecond,
            "",
            aim: variant.aim,
            details: outcome.details
        )
    }

    /// The tracer is the server's grandchild (`-D`), so that the process we started is the server itself. It stops the
    /// server at the two calls only (`--seccomp-bpf`).
    private var delayingSyncs: [String] {
        let calls = "fdatasync,fsync"
        return [
            Self.tracer, "-D", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=\(calls)",
            "-e", "inject=\(calls):delay_exit=\(Self.syncDelay)",
        ]
    }
}
