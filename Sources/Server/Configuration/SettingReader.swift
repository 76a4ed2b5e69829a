import Chat
import Configuration
import Media
import NIOCore

/// Reads settings as text and checks them itself, so that one message form serves every source.
struct SettingReader {
    let config: ConfigReader

    /// Nil where the setting is not given or empty.
    func text(_ name: SettingName) -> String? {
        let key = ConfigKey(name.rawValue)
        // YAML also has lists, which mean the same as a text with commas.
        let text = config.string(forKey: key) ?? config.stringArray(forKey: key)?.joined(separator: ",")
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    func number(_ name: SettingName, in range: ClosedRange<Int>) throws(SettingError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw SettingError(
                name,
                value: text,
                allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// Reads a number, or `off`, which is nil.
    func number(_ name: SettingName, in range: ClosedRange<Int>, or standard: Int?) throws(SettingError) -> Int? {
        guard let text = text(name) else { return standard }
        guard text != "off" else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw SettingError(
                name,
                value: text,
                allowed: "off, or a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: SettingName
    ) throws(SettingError) -> Choice? where Choice.RawValue == String {
        guard let text = text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw SettingError(
                name,
                value: text,
                allowed: Choice.allCases.map(\.rawValue).joined(separator: ", ")
            )
        }
        return choice
    }

    func rates(_ name: SettingName) throws(SettingError) -> [RateRule]? {
        guard let text = text(name) else { return nil }
        guard let rules = RateRule.list(text) else {
            throw SettingError(name, value: text, allowed: "off, or a list such as 3/1s burst 5, 60/60s")
        }
        return rules
    }

    func url(_ name: SettingName) throws(SettingError) -> String? {
        guard let text = text(name) else { return nil }
        guard text.hasPrefix("https://") || text.hasPrefix("http://"), !text.contains(where: \.isWhitespace) else {
            throw SettingError(name, value: text, allowed: "an address such as https://chat.example.org")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// Reads a comma-separated list of formats, in the names that people know them by.
    func formats(_ name: SettingName) throws(SettingError) -> Set<FileKind>? {
        guard let text = text(name) else { return nil }
        let words = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        let formats = words.compactMap { word in FileKind.allCases.first { $0.settingName == word } }
        guard !formats.isEmpty, formats.count == words.count else {
            let known = FileKind.allCases.map(\.settingName).joined(separator: ", ")
            throw SettingError(name, value: text, allowed: "a list of some of \(known)")
        }
        return Set(formats)
    }

    func addresses(_ name: SettingName) throws(SettingError) -> [String]? {
        guard let text = text(name) else { return nil }
        let addresses = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        guard addresses.allSatisfy({ (try? SocketAddress(ipAddress: $0, port: 0)) != nil }) else {
            throw SettingError(name, value: text, allowed: "a list of IP addresses such as 127.0.0.1, ::1")
        }
        return addresses
    }
}

extension FileKind {
    fileprivate var settingName: String {
        switch self {
        case .heif: "heic"
        case .jpeg, .png, .gif, .webp, .avif: rawValue
        }
    }
}
