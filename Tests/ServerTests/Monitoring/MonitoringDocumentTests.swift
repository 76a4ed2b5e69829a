import Foundation
import SnugClient
import TestSupport
import Testing

/// Compares what operators use with a scrape.
@Suite("Documents about metrics", .timeLimit(.standard))
struct MonitoringDocumentTests {
    private func scrape() async throws -> Scrape {
        try await withServer { server in
            try await Scenario(site: server.site).run("one")
            try JanitorStatusFile.write(storage: server.storage)
            while true {
                let scrape = try await server.site.scrape()
                if scrape["snug_storage_bytes{kind=\"originals\"}"] != nil { return scrape }
            }
        }
    }

    @Test("The table in docs/operations.md is that of a scrape")
    func table() async throws {
        let scrape = try await scrape()
        let rows = scrape.families.sorted { $0.key < $1.key }.map { name, family in
            let labels = scrape.labels(of: name).sorted().map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(name)` | \(family.type) | \(labels.isEmpty ? "–" : labels) | \(family.help) |"
        }
        let table = ["| metric | type | labels | meaning |", "| --- | --- | --- | --- |"] + rows
        let lines = try text("docs/operations.md").split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: table[0]))
        let inManual = Array(lines[start...].prefix { $0.hasPrefix("|") })
        #expect(inManual == table, "It should be:\n\(table.joined(separator: "\n"))")
    }

    @Test(
        "The dashboard and the alerts use metrics and labels that exist",
        arguments: ["deploy/grafana/snug.json", "deploy/prometheus/alerts.yml"]
    )
    func queries(file: String) async throws {
        let scrape = try await scrape()
        let text = try text(file)
        let used = Set(text.matches(of: /\b(?:snug|process)_[a-z_]+/).map { String($0.0) })
        #expect(used.count > 10)
        for name in used { #expect(scrape.family(of: name) != nil, "\(name) is not in a scrape") }
        // Selectors, such as {instance=~\"$instance\",state=\"waiting\"}, with or without the escapes of JSON.
        for match in text.matches(of: /\b((?:snug|process)_[a-z_]+)\x7B([^\x7D]*)\x7D/) {
            let family = try #require(scrape.family(of: String(match.1)))
            for label in match.2.matches(of: /(\w+)\s*(?:=~|!~|!=|=)/).map({ String($0.1) }) {
                let known = scrape.labels(of: family).union(["job", "instance", "le"])
                #expect(known.contains(label), "\(family) has no label \(label)")
            }
        }
    }

    @Test("The dashboard has a query in every panel")
    func panels() throws {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Target: Decodable { let expr: String }
                let id: Int
                let type: String
                let title: String
                let targets: [Target]?
            }
            let title: String
            let panels: [Panel]
        }
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(try text("deploy/grafana/snug.json").utf8))
        #expect(dashboard.title == "Snug")
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        for panel in dashboard.panels where panel.type != "row" {
            #expect(panel.targets?.isEmpty == false && panel.targets?.contains { $0.expr.isEmpty } == false)
        }
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Executables.checkout.appending(path: path), encoding: .utf8)
    }
}
