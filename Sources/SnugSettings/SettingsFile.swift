import Foundation

/// The settings file, `snug.yaml`: one setting per line.
enum SettingsFile {
    static let name = "snug.yaml"

    /// - Throws: ``SettingError`` for a file that cannot be read, is not a mapping of names to values, or has an
    ///   unknown name. No setting has nested keys.
    static func read(_ path: String) throws(SettingError) -> [String: GivenValue] {
        var values: [String: GivenValue] = [:]
        for (key, text) in try texts(of: path).sorted(by: { $0.key < $1.key }) {
            guard let setting = Setting.all.first(where: { $0.name == key }) else {
                throw SettingError(unknown: key, shownAs: "\(path): \(key)", known: Setting.all.map(\.name))
            }
            let value = GivenValue(setting: setting, text: text, place: .file(path))
            guard !value.text.isEmpty else { throw SettingError(value) }
            values[key] = value
        }
        return values
    }

    private static func texts(of path: String) throws(SettingError) -> [String: String] {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw SettingError("\(path) cannot be read as settings: it is a folder.")
        }
        do {
            let content = try String(contentsOfFile: path, encoding: .utf8)
            // Nil for a file that is empty or holds only comments.
            guard let root = try YAMLNode.root(of: content) else { return [:] }
            guard case .mapping(let pairs) = root else { throw Malformed("it is not a list of names and values.") }
            var texts: [String: String] = [:]
            try add(pairs, prefix: "", to: &texts)
            return texts
        } catch {
            throw SettingError("\(path) cannot be read as settings: \(reason(error))")
        }
    }

    /// Nested keys are joined with dots, so that the error message can name them.
    private static func add(
        _ pairs: [(key: YAMLNode, value: YAMLNode)],
        prefix: String,
        to texts: inout [String: String]
    ) throws {
        for (key, value) in pairs {
            guard let key = key.text else { throw Malformed("a name is not a text.") }
            let name = prefix + key
            if case .mapping(let nested) = value {
                try add(nested, prefix: name + ".", to: &texts)
            } else {
                guard texts[name] == nil else { throw Malformed("\(name) occurs twice.") }
                texts[name] = try text(of: value, named: name)
            }
        }
    }

    /// A list is equivalent to a text with commas.
    private static func text(of value: YAMLNode, named name: String) throws -> String {
        switch value {
        case .text(let text): return text
        case .list(let items):
            return try items.map { item in
                guard let text = item.text else { throw Malformed("\(name) is not a list of texts.") }
                return text
            }
            .joined(separator: ",")
        case .mapping: throw Malformed("\(name) is neither a text nor a list.")
        }
    }

    private struct Malformed: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    private static func reason(_ error: any Error) -> String {
        let text = (error as? CocoaError)?.localizedDescription ?? "\(error)"
        return text.split(separator: "\n").joined(separator: " ")
    }
}
