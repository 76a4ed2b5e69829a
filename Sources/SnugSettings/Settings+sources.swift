extension Settings {
    /// Where each value was given, for messages that speak of it as the operator wrote it.
    package struct Sources: Sendable {
        /// The settings' file; nil where there is none.
        package var file: String?
        /// A second file that was not read, because the first one is in the storage.
        package var ignoredFile: String?
        /// By setting's name.
        var given: [String: GivenValue] = [:]

        package init() {}
    }

    /// The setting with its value, as it was given: `--port 80`, `SNUG_PORT=80`, `./snug.yaml: port: 80`, or `port
    /// (default 8080)`.
    package func asGiven(_ name: String) -> String {
        if let given = sources.given[name] { return given.description }
        let standard = Setting.all.first { $0.name == name }?.standard ?? "none"
        return "\(name) (default \(standard))"
    }

    /// The settings whose values, as they were written, differ from those of an earlier reading.
    package func changes(since earlier: Settings) -> [String] {
        Setting.all.map(\.name).filter { sources.given[$0]?.text != earlier.sources.given[$0]?.text }
    }
}

/// A value as it was written, and where.
struct GivenValue: Sendable, CustomStringConvertible {
    enum Place: Sendable {
        case commandLine
        case environment
        case file(String)
    }

    let setting: Setting
    let text: String
    let place: Place

    var description: String {
        switch place {
        case .commandLine: "\(setting.option) \(text)"
        case .environment: "\(setting.variable)=\(text)"
        case .file(let path): text.isEmpty ? "\(path): \(setting.name)" : "\(path): \(setting.name): \(text)"
        }
    }
}

/// Why a program does not start: a setting that is not known or cannot be used. One line for the operator.
package struct SettingError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    init(_ given: GivenValue) {
        let fault = given.text.isEmpty ? "must not be empty" : "is not valid"
        description = "\(given) \(fault): expected \(given.setting.allowed)."
    }
}
