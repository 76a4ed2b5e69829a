import Chat
import Fixtures
import Foundation
import SnugClient
import Subprocess
import TestSupport
import Testing

@testable import Server

@Suite("The demo", .timeLimit(.standard))
struct DemoTests {
    /// Runs the built demo with a photograph.
    private func demo(at url: String) async throws -> Ended {
        try await withScratchFolder { folder in
            let photograph = "\(folder)/gården.jpg"
            try Data(try Fixture.bytes("phone.jpg")).write(to: URL(filePath: photograph))
            return try await runProgram([Executables.demo, photograph], environment: ["SNUG_URL": url])
        }
    }

    @Test("It shows two people, a private room and a photograph on a live socket")
    func conversation() async throws {
        try await withServer { server in
            let url = "http://127.0.0.1:\(server.site.port)"
            let ended = try await demo(at: url + "/")
            #expect(ended.status == .exited(0))
            #expect(ended.errors.isEmpty)
            let output = ended.output
            #expect(output.hasPrefix("Snug at \(url)\n"))
            #expect(output.contains("\n  Alice is registered as alice-"))
            #expect(output.contains("\n  Bob is registered as bob-"))
            #expect(output.contains("  Alice made the private room \"The snug\" and invited Bob, who accepted\n"))
            #expect(output.contains("\nAlice posts gården.jpg, 4,212 bytes. On Bob's socket,"))
            #expect(output.contains(" ms  message.created    Alice: Look at this! [gården.jpg: "))
            #expect(output.contains("\nThumbnail: "))
            #expect(output.contains(" bytes of image/"))
            let addresses = output.split(separator: "\n").suffix(2)
            #expect(addresses.count { $0.hasPrefix("  \(url)/media/") } == 2)
        }
    }

    @Test("Without a server it prints the address and the command that starts one")
    func noServer() async throws {
        let ended = try await demo(at: "http://127.0.0.1:9")
        #expect(ended.status == .exited(1))
        #expect(
            ended.errors
                == "demo: No server at http://127.0.0.1:9 (Connection refused). Start Snug with: make run\n"
        )
    }

    @Test("It reports a refusal with its code and detail, and how to lift the limit")
    func limited() async throws {
        try await withServer({ $0.rates.signups = [RateRule(count: 1, seconds: 3600, burst: 1)] }) { server in
            _ = try await server.register("ada")
            let ended = try await demo(at: "http://127.0.0.1:\(server.site.port)")
            #expect(ended.status == .exited(1))
            #expect(ended.errors.hasPrefix("demo: POST /api/v1/users returned 429: rate_limited: "))
            #expect(ended.errors.contains(" (start the server with SNUG_RATE_SIGNUPS=off make run "))
        }
    }

    @Test("It names an invalid URL", arguments: ["ftp://127.0.0.1", "https://127.0.0.1", "snug"])
    func unusableURL(_ url: String) async throws {
        let ended = try await demo(at: url)
        #expect(ended.status == .exited(1))
        #expect(ended.errors.hasPrefix("demo: SNUG_URL is \(url); expected a URL such as http://"))
    }

    @Test("It names an unreadable photograph")
    func unreadablePhotograph() async throws {
        let ended = try await runProgram([Executables.demo, "/nowhere/photograph.jpg"])
        #expect(ended.status == .exited(1))
        #expect(ended.errors == "demo: /nowhere/photograph.jpg cannot be read: No such file or directory\n")
    }
}
