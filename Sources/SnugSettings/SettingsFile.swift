import Foundation
import Yams

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
            guard let root = try Yams.compose(yaml: content) else { return [:] }
            guard case .mapping(let mapping) = root else { throw Malformed("it is not a list of names and values.") }
            return try texts(in: mapping, prefix: "")
        } catch {
            throw SettingError("\(path) cannot be read as settings: \(reason(error))")
        }
    }

    /// Nested keys are joined with dots, so that the error message can name them.
    private static func texts(in mapping: Node.Mapping, prefix: String) throws -> [String: String] {
        var texts: [String: String] = [:]
        for (key, value) in mapping {
            guard let key = key.scalar?.string else { throw Malformed("a name is not a text.") }
            switch value {
            case .mapping(let nested): texts.merge(try Self.texts(in: nested, prefix: "\(prefix)\(key).")) { $1 }
            default: texts[prefix + key] = try text(of: value, named: prefix + key)
            }
        }
        return texts
    }

    /// A list is equivalent to a text with commas.
    private static func text(of value: Node, named name: String) throws -> String {
        switch value {
        case .scalar(let scalar): return scalar.string
        case .sequence(let items):
            return try items.map { item in
                guard let text = item.scalar?.string else { throw Malformed("\(name) is not a list of texts.") }
                return text
            }
            .joined(separator: ",")
        default: throw Malformed("\(name) is neither a text nor a list.")
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
