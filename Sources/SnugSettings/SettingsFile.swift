import Configuration
import Foundation
import Synchronization

/// `snug.yaml`: one setting a line, by name.
enum SettingsFile {
    static let name = "snug.yaml"

    /// - Throws: `SettingError` for a file that cannot be read, is not a list of names and values, or has a name that is
    ///   not a setting. Nested keys are none.
    static func read(_ path: String) throws(SettingError) -> [String: GivenValue] {
        guard let (snapshot, keys) = try parse(path) else { return [:] }
        var values: [String: GivenValue] = [:]
        for key in keys.sorted() {
            guard let setting = Setting.all.first(where: { $0.name == key }) else {
                throw SettingError(unknown: key, shownAs: "\(path): \(key)", known: Setting.all.map(\.name))
            }
            let value = GivenValue(setting: setting, text: text(of: key, in: snapshot), place: .file(path))
            guard !value.text.isEmpty else { throw SettingError(value) }
            values[key] = value
        }
        return values
    }

    private static func parse(_ path: String) throws(SettingError) -> (YAMLSnapshot, keys: Set<String>)? {
        let keys = Mutex<Set<String>>([])
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw SettingError("\(path) cannot be read as settings: it is a folder.")
        }
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            guard !holdsCommentsAlone(data) else { return nil }
            // A snapshot lists its keys nowhere, but asks of each whether its value is secret.
            let options = YAMLSnapshot.ParsingOptions(
                secretsSpecifier: .dynamic { key, _ in
                    keys.withLock { _ = $0.insert(key) }
                    return false
                }
            )
            let snapshot = try YAMLSnapshot(data: data.bytes, providerName: path, parsingOptions: options)
            return (snapshot, keys.withLock { $0 })
        } catch {
            throw SettingError("\(path) cannot be read as settings: \(reason(error))")
        }
    }

    /// Such a file is no mapping to YAML.
    private static func holdsCommentsAlone(_ data: Data) -> Bool {
        String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            .allSatisfy { $0.first { !$0.isWhitespace }.map { $0 == "#" } ?? true }
    }

    /// YAML also has lists, which mean the same as a text with commas.
    private static func text(of key: String, in snapshot: YAMLSnapshot) -> String {
        let key = AbsoluteConfigKey([key])
        if let text = try? snapshot.value(forKey: key, type: .string).value?.content, case .string(let text) = text {
            return text
        }
        guard case .stringArray(let words) = try? snapshot.value(forKey: key, type: .stringArray).value?.content else {
            return ""
        }
        return words.joined(separator: ",")
    }

    private static func reason(_ error: any Error) -> String {
        let text = (error as? CocoaError)?.localizedDescription ?? "\(error)"
        return text.split(separator: "\n").joined(separator: " ")
    }
}
