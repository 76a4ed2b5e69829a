import Foundation
import SnugSettings
import TestSupport
import Testing

@Suite("Files of an installation", .timeLimit(.standard))
struct InstallationTests {
    private static let deploy = Executables.checkout.appending(path: "deploy")

    private func script(_ name: String) -> String {
        Executables.checkout.appending(path: "Scripts/\(name)").path
    }

    @Test("deploy/snug.yaml is what Scripts/make-manual writes from the list of settings")
    func settingsFile() async throws {
        let file = try String(contentsOf: Self.deploy.appending(path: "snug.yaml"), encoding: .utf8)
        let made = try await runProgram([script("make-manual"), "settings", Executables.server])
        #expect(made.status == .exited(0), "\(made.errors)")
        #expect(file == made.output, "Write it with: Scripts/make-manual settings .build/debug/snug-server")
    }

    @Test("With the settings file as it is installed, everything but the storage has its default")
    func installedSettings() throws {
        let settings = try Settings.read(
            arguments: ["--config", Self.deploy.appending(path: "snug.yaml").path],
            environment: [:],
            currentFolder: "/nowhere"
        )
        #expect(settings.storage == "/var/lib/snug")
        for setting in Setting.all where setting.name != "storage" {
            #expect(settings.asGiven(setting.name).contains("(default "))
        }
    }

    @Test("Each line of the settings file is allowed once it is no comment any more")
    func uncommentedSettings() async throws {
        let text = try String(contentsOf: Self.deploy.appending(path: "snug.yaml"), encoding: .utf8)
        let lines = text.split(separator: "\n").map { line in
            line.hasPrefix("#") && !line.hasPrefix("# ") ? line.dropFirst() : line
        }
        #expect(lines.count { !$0.hasPrefix("#") } == Setting.all.count)
        try await withMemoryFolder { folder in
            let file = folder + "/snug.yaml"
            try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            let settings = try Settings.read(
                arguments: ["--config", file],
                environment: [:],
                currentFolder: "/nowhere"
            )
            let examples: Set = ["public_url", "storage", "secret_file", "previous_secret_file", "media_worker"]
            for setting in Setting.all where !examples.contains(setting.name) {
                #expect(settings.asGiven(setting.name).contains(setting.defaultText))
                #expect(!settings.asGiven(setting.name).contains("(default "))
            }
        }
    }

    @Test("Manual pages explain every setting and every option")
    func manualPages() async throws {
        let page = try await runProgram([script("make-manual"), "settings-page", Executables.server]).output
        for setting in Setting.all { #expect(page.contains("\n\\fB\(setting.name)\\fR\n")) }
        let server = try await runProgram([script("make-manual"), "page", Executables.server]).output
        #expect(server.contains("\n\\fB\\-\\-admin\\fR\n"))
        let janitor = try await runProgram([script("make-manual"), "page", Executables.janitor]).output
        #expect(janitor.contains("\n\\fB\\-\\-grace\\-log\\fR "))
        for text in [page, server, janitor] {
            #expect(text.hasPrefix(".TH "))
            // A line that begins with a dot is a request, and what is not known is left out of the page in silence.
            for line in text.split(separator: "\n") where line.hasPrefix(".") {
                #expect(line.firstMatch(of: /^\.(TH|SH|SS|TP|PP|B|I|BR|RI)( |$)/) != nil, "\(line)")
            }
        }
    }

    @Test("Units, compose file, Kubernetes objects and Containerfile have the same limits and known members")
    func formats() async throws {
        let checked = try await runProgram([script("check-deploy"), Executables.checkout.path])
        #expect(checked.status == .exited(0), "\(checked.errors)")
    }

    @Test(
        "A file that contradicts the others is found",
        arguments: [
            ("systemd/snug.slice", "MemoryMax=512M", "MemoryMax=513M"),
            ("systemd/snug.service", "CPUQuota=100%", "CPUQuota=200%"),
            ("systemd/snug-janitor.service", "Slice=snug.slice\n", ""),
            ("container/compose.yaml", "mem_limit: 512m", "mem_limit: 512g"),
            ("container/compose.yaml", "cpus: 1.0", "cpu: 1.0"),
            ("container/compose.yaml", "SNUG_TRUSTED_PROXIES", "SNUG_TRUSTED_PROXY"),
            ("kubernetes/snug.yaml", "memory: 512Mi", "memory: 1Gi"),
            ("kubernetes/snug.yaml", "replicas: 1", "replicas: 2"),
            ("kubernetes/snug.yaml", "path: /health/simple", "path: /health"),
            ("container/Containerfile", "USER 10001", "USER 0"),
            ("container/Containerfile", "--from=programs", "--from=program"),
        ]
    )
    func contradiction(file: String, text: String, change: String) async throws {
        try await withMemoryFolder { folder in
            try FileManager.default.copyItem(atPath: Self.deploy.path, toPath: folder + "/deploy")
            let path = "\(folder)/deploy/\(file)"
            let before = try String(contentsOfFile: path, encoding: .utf8)
            try #require(before.contains(text))
            try before.replacing(text, with: change).write(toFile: path, atomically: true, encoding: .utf8)
            let checked = try await runProgram([script("check-deploy"), folder])
            #expect(checked.status == .exited(1))
            #expect(!checked.errors.contains("Traceback"), "\(checked.errors)")
        }
    }
}
