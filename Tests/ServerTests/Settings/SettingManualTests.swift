import Foundation
import SnugSettings
import TestSupport
import Testing

@Suite("The list of settings", .timeLimit(.standard))
struct SettingManualTests {
    @Test("Names are unique and consist of lower-case words")
    func names() {
        let names = Setting.all.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names { #expect(name.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil) }
    }

    @Test("The table in docs/operations.md matches the list")
    func table() throws {
        let manual = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../docs/operations.md").standardized
        let lines = try String(contentsOf: manual, encoding: .utf8).split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: Setting.table[0]))
        let inManual = Array(lines[start...].prefix { $0.hasPrefix("|") })
        #expect(inManual == Setting.table, "It should be:\n\(Setting.table.joined(separator: "\n"))")
    }

    @Test("The help has meaning, allowed values and default of every setting")
    func help() {
        for setting in Setting.all {
            #expect(setting.meaning.hasSuffix("."))
            let parts = [setting.option, setting.meaning, "\(setting.allowed).", "\(setting.defaultText)."]
            for part in parts { #expect(Setting.help.contains(part.replacing("`", with: ""))) }
        }
    }

    private let inWords: Set = ["public_url", "secret_file", "previous_secret_file", "media_worker"]

    @Test("The defaults in the list are allowed values, unless they are descriptions")
    func defaultsAreAllowed() throws {
        for setting in Setting.all where !inWords.contains(setting.name) {
            let settings = try Settings.read(
                arguments: [setting.option, setting.defaultText],
                environment: [:],
                currentFolder: "/nowhere"
            )
            #expect(settings.asGiven(setting.name) == "\(setting.option) \(setting.defaultText)")
        }
    }
}
