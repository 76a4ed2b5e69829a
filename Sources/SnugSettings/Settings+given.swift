import Pictures

/// Settings on the command line: `--port 80` and `--port=80`.
///
/// ArgumentParser would need a second declaration of each setting, and swift-configuration ignores misspelt options.
struct CommandLineSettings {
    private(set) var values: [String: GivenValue] = [:]
    private(set) var config: String?

    init(_ arguments: [String]) throws(SettingError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let setting = Setting.all.first { $0.option == sides[0] }
            guard setting != nil || sides[0] == Self.configOption else {
                let known = Setting.all.map(\.option) + [Self.configOption]
                throw SettingError(unknown: sides[0], shownAs: sides[0], known: known)
            }
            guard let value = sides.count == 2 ? sides[1] : rest.popFirst() else {
                throw SettingError("\(sides[0]) needs a value.")
            }
            guard let setting else {
                config = value
                continue
            }
            values[setting.name] = value.isEmpty ? nil : GivenValue(setting: setting, text: value, place: .commandLine)
        }
    }

    private static let configOption = "--config"
}

/// Settings in the environment. An empty value counts as absent.
struct EnvironmentSettings {
    private(set) var values: [String: GivenValue] = [:]
    private(set) var config: String?

    init(_ environment: [String: String]) throws(SettingError) {
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Setting.variablePrefix) {
            if let setting = Setting.all.first(where: { $0.variable == name }) {
                guard !value.isEmpty else { continue }
                values[setting.name] = GivenValue(setting: setting, text: value, place: .environment)
            } else if name == Self.configVariable {
                config = value.isEmpty ? nil : value
            } else if !Self.others.contains(name) {
                let known = Setting.all.map(\.variable) + [Self.configVariable]
                throw SettingError(unknown: name, shownAs: "\(name) in the environment", known: known)
            }
        }
    }

    private static let configVariable = "SNUG_CONFIG"
    /// Variables of scripts, tests and the media worker, which may share the environment of the server.
    private static let others = Set(
        [
            "SNUG_URL", "SNUG_PREPARED", "SNUG_BINARIES", "SNUG_REVISION", "SNUG_DEBIAN", "SNUG_FAULTS",
            "SNUG_LOSS_SEED", "SNUG_EQUALITY_SEED", "SNUG_STOPS", "SNUG_RACES", "SNUG_POWER_CUTS",
            "SNUG_POWER_CUT_SEED", "SNUG_KILLS", "SNUG_KILL_SEED",
        ] + WorkerVariable.allCases.map(\.rawValue)
    )
}

extension SettingError {
    init(unknown name: String, shownAs text: String, known: [String]) {
        let nearest = Spelling.nearest(to: name, among: known).map { " Did you mean \($0)?" } ?? ""
        self.init("\(text) is not a setting.\(nearest)")
    }
}
