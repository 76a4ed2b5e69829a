import Foundation
import SnugClient
import TestSupport
import Testing

/// Runs Prometheus' own checks (https://prometheus.io/docs/prometheus/latest/command-line/promtool/).
@Suite("Prometheus", .timeLimit(.standard))
struct PrometheusTests {
    private static let folder = Executables.checkout.appending(path: "deploy/prometheus").path

    private func promtool(_ arguments: [String], input: String = "") async throws -> Ended {
        try await runProgram([Executables.promtool] + arguments, input: input, in: Self.folder)
    }

    @Test("promtool finds nothing wrong with a scrape")
    func metrics() async throws {
        try await withServer { server in
            try await Scenario(site: server.site).run("one")
            let scrape = try await server.site.scrape()
            let checked = try await promtool(["check", "metrics"], input: scrape.text)
            #expect(checked.status == .exited(0), "\(checked.output)\(checked.errors)")
            #expect(checked.errors.isEmpty && checked.output.isEmpty, "\(checked.output)\(checked.errors)")
        }
    }

    @Test("promtool does find fault with a bad page")
    func badMetrics() async throws {
        let page = "# HELP bad_count Bad.\n# TYPE bad_count counter\nbad_count 1\n"
        let checked = try await promtool(["check", "metrics"], input: page)
        #expect(checked.status != .exited(0))
    }

    @Test("The alerts are valid, and fire when they should and not otherwise")
    func alerts() async throws {
        let rules = try await promtool(["check", "rules", "alerts.yml"])
        #expect(rules.status == .exited(0), "\(rules.output)\(rules.errors)")
        let tests = try await promtool(["test", "rules", "alerts_test.yml"])
        #expect(tests.status == .exited(0), "\(tests.output)\(tests.errors)")
        let configuration = try await promtool(["check", "config", "--syntax-only", "prometheus.yml"])
        #expect(configuration.status == .exited(0), "\(configuration.output)\(configuration.errors)")
    }

    @Test("Every alert has a test in which it fires and one in which it does not")
    func everyAlertIsTested() throws {
        let alerts = try text("alerts.yml").matches(of: /- alert: (\w+)/).map { String($0.1) }
        #expect(alerts.count > 10)
        let tests = try text("alerts_test.yml")
        for alert in alerts {
            let expected = tests.matches(of: /alertname: (\w+)\n\s+exp_alerts:( \[\])?/).filter { $0.1 == alert }
            #expect(expected.contains { $0.2 == nil }, "\(alert) never fires")
            #expect(expected.contains { $0.2 != nil }, "\(alert) always fires")
        }
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
    }
}
