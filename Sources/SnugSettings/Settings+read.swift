import Foundation

extension Settings {
    /// Reads the settings: the command line overrides the environment, the environment the file, and the file the
    /// defaults. Blocks.
    ///
    /// The file is the one named by `--config` or `SNUG_CONFIG`, or else `snug.yaml` in the storage folder, or else in
    /// the current folder.
    ///
    /// - Throws: ``SettingError`` for an unknown setting or a value that is not allowed.
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
        try settings.checkDisk()
        return settings
    }

    private func checkDisk() throws(SettingError) {
        guard !disk.areInOrder else { return }
        let given = ["disk_warning", "disk_uploads", "disk_writes"].map { asGiven($0) }.joined(separator: ", ")
        throw SettingError("\(given) are not in order: expected each to be at most as high as the one before it.")
    }

    /// Looks for the file in the storage folder, then in the current folder.
    ///
    /// - Parameter storage: The storage folder of the command line or the environment; the file may set another one.
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
