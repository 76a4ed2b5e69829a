import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Server
@testable import SnugSettings

@Suite("Settings of disk and connections", .timeLimit(.standard))
struct KeepAliveTests {
    private func read(_ arguments: String...) throws -> Settings {
        try Settings.read(arguments: arguments, environment: [:], currentFolder: "/nowhere")
    }

    @Test("The times of connections follow from the settings, with their defaults as before")
    func times() throws {
        let standard = Snug.InternalLimits()
        #expect(standard.connections.idle == .seconds(60))
        #expect(standard.connections.pace.pause == .seconds(45))
        #expect(standard.transports.webSocket.heartbeat == .seconds(30))
        #expect(standard.transports.webSocket.silence == .seconds(60))
        #expect(standard.transports.sse.comment == .seconds(20))
        let limits = Snug.InternalLimits(try read("--idle-timeout", "30", "--live-heartbeat", "10"))
        #expect(limits.connections.idle == .seconds(30))
        #expect(limits.connections.pace.pause == .seconds(25))
        #expect(limits.transports.webSocket.heartbeat == .seconds(10))
        #expect(limits.transports.webSocket.silence == .seconds(20))
        #expect(limits.transports.sse.comment == .seconds(6))
    }

    @Test(
        "Times outside their range are refused",
        arguments: [
            ("--idle-timeout", "29"), ("--idle-timeout", "3601"), ("--live-heartbeat", "9"),
            ("--live-heartbeat", "301"), ("--live-heartbeat", "off"),
        ]
    )
    func ranges(option: String, value: String) {
        #expect(throws: SettingError.self) { try read(option, value) }
    }

    /// The seconds of each directive with this name in the supplied nginx configuration.
    private func nginxTimes(_ directive: String, in block: String) throws -> [Int] {
        let path = Executables.checkout.appending(path: "deploy/nginx/snug.conf")
        let text = try String(contentsOf: path, encoding: .utf8)
        let start = try #require(text.firstRange(of: block + " {"))
        let body = text[start.upperBound...].prefix { $0 != "}" }
        return body.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.first == Substring(directive), let time = words.last?.dropLast(), let unit = time.last else {
                return nil
            }
            return Int(time.dropLast()).map { unit == "h" ? $0 * 3600 : $0 }
        }
    }

    @Test("nginx closes its idle connections before the server does, and outlasts every heartbeat")
    func nginx() throws {
        let shortestIdle = 30
        #expect(throws: Never.self) { try read("--idle-timeout", "\(shortestIdle)") }
        #expect(try nginxTimes("keepalive_timeout", in: "upstream snug_server").allSatisfy { $0 < shortestIdle })
        #expect(try nginxTimes("keepalive_timeout", in: "upstream snug_server").count == 1)
        for location in ["location ~ ^/api/v1/realtime/?$", "location = /api/v1/events"] {
            let times = try nginxTimes("proxy_read_timeout", in: location)
            #expect(times.count == 1)
            // The longest heartbeat, of which two may pass.
            #expect(times.allSatisfy { $0 > 2 * 300 })
        }
    }

    @Test("Thresholds of the disk are percentages in order")
    func disk() throws {
        let settings = try read("--disk-warning", "20", "--disk-uploads", "7.5", "--disk-writes", "off")
        #expect([settings.disk.warning, settings.disk.uploads, settings.disk.writes].map(\.tenths) == [200, 75, 0])
        for value in ["51", "-1", "x", "0.55"] {
            #expect(throws: SettingError.self) { try read("--disk-warning", value) }
        }
        #expect {
            try read("--disk-warning", "3")
        } throws: { error in
            let text = "\(error)"
            return text.contains("--disk-warning 3") && text.contains("disk_uploads (default 5)")
                && text.contains("not in order")
        }
    }
}
