extension Settings {
    /// Where each value was given, for messages that quote it as written.
    package struct Sources: Sendable {
        /// The settings file; nil if there is none.
        package var file: String?
        /// A second file, which is ignored because there is one in the storage folder.
        package var ignoredFile: String?
        /// By name of the setting.
        var given: [String: GivenValue] = [:]

        package init() {}
    }

    /// A setting with its value as written: `--port 80`, `SNUG_PORT=80`, `./snug.yaml: port: 80`, or `port
    /// (default 8080)`.
    package func asGiven(_ name: String) -> String {
        if let given = sources.given[name] { return given.description }
        let defaultText = Setting.all.first { $0.name == name }?.defaultText ?? "none"
        return "\(name) (default \(defaultText))"
    }

    /// The names of the settings whose written values differ from those in `earlier`.
    package func changes(since earlier: Settings) -> [String] {
        Setting.all.map(\.name).filter { sources.given[$0]?.text != earlier.sources.given[$0]?.text }
    }
}

/// A value as written, and where it was given.
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

/// An unknown setting or an invalid value, as one line for the operator.
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
