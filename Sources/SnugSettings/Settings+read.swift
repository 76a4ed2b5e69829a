import Foundation

extension Settings {
    /// Reads the command line, then the environment, then the settings' file, then the defaults.
    ///
    /// The file is the one that `--config` names, or `snug.yaml` in the storage folder, or in the current one. Blocks
    /// while it is read.
    ///
    /// - Throws: `SettingError` for what is not known or not allowed, wherever it was written.
    package static func read(
        arguments: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        currentFolder: String = "."
    ) throws(SettingError) -> Settings {
        var settings = Settings()
        let commandLine = try CommandLineSettings(arguments)
        let environment = try EnvironmentSettings(environment)
        let given = commandLine.values.merging(environment.values) { option, _ in option }
        if let config = commandLine.config ?? environment.config {
            settings.sources.file = config
        } else {
            settings.findFile(storage: given["storage"]?.text ?? settings.storage, currentFolder)
        }
        let fileValues = try settings.sources.file.map(SettingsFile.read) ?? [:]
        settings.sources.given = given.merging(fileValues) { first, _ in first }
        for setting in Setting.all {
            guard let value = settings.sources.given[setting.name] else { continue }
            guard setting.read(value.text, &settings) else { throw SettingError(value) }
        }
        return settings
    }

    /// Looks in the storage folder, then in the current one.
    ///
    /// - Parameter storage: The folder by the command line and the environment; the file itself may name another one.
    private mutating func findFile(storage: String, _ currentFolder: String) {
        let found = [storage, currentFolder].map { "\($0)/\(SettingsFile.name)" }
            .filter { FileManager.default.fileExists(atPath: $0) }
        sources.file = found.first
        guard found.count == 2, Self.absolute(found[0]) != Self.absolute(found[1]) else { return }
        sources.ignoredFile = found[1]
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
}
