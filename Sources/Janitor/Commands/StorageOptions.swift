import ArgumentParser
import SnugSettings

/// The options that every command takes.
struct StorageOptions: ParsableArguments {
    @Option(help: "Folder of the database and the media.")
    var storage: String?

    @Option(help: "Settings file; default: snug.yaml in the storage folder, then in the current folder.")
    var config: String?

    /// Reads the settings.
    ///
    /// - Parameter options: Further options that override settings, such as `--grace-log`; nil for those not given.
    /// - Throws: `SettingError`.
    func settings(overriddenBy options: [(name: String, value: String?)] = []) throws(SettingError) -> Settings {
        let given = [("--storage", storage), ("--config", config)] + options
        return try Settings.read(arguments: given.flatMap { name, value in value.map { [name, $0] } ?? [] })
    }
}
