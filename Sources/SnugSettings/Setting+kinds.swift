import Chat
import Pictures

extension Setting {
    /// The property of a setting. Its initial value is the default.
    typealias Property<Value> = any WritableKeyPath<Settings, Value> & Sendable

    private static let defaults = Settings()

    private init<Value>(
        _ name: String,
        _ property: Property<Value>,
        _ meaning: String,
        allowed: String,
        isPath: Bool = false,
        write: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.name = name
        self.meaning = meaning
        self.allowed = allowed
        self.isPath = isPath
        text = { write($0[keyPath: property]) }
        defaultText = write(Self.defaults[keyPath: property])
        read = { text, settings in
            guard let value = parse(text) else { return false }
            settings[keyPath: property] = value
            return true
        }
    }

    static func text(
        _ name: String,
        _ property: Property<String>,
        _ allowed: String,
        isPath: Bool = false,
        _ meaning: String
    ) -> Setting {
        Setting(name, property, meaning, allowed: allowed, isPath: isPath, write: { $0 }, parse: { $0 })
    }

    /// - Parameter defaultText: The default, in words.
    static func optionalText(
        _ name: String,
        _ property: Property<String?>,
        or defaultText: String,
        _ meaning: String
    ) -> Setting {
        Setting(
            name,
            property,
            meaning,
            allowed: "a path",
            isPath: true,
            write: { $0 ?? defaultText },
            parse: { $0 }
        )
    }

    static func number(
        _ name: String,
        _ property: Property<Int>,
        in range: ClosedRange<Int>,
        unit: String? = nil,
        _ meaning: String
    ) -> Setting {
        let inUnit = unit.map { ", in \($0)" } ?? ""
        let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)" + inUnit
        return Setting(name, property, meaning, allowed: allowed, write: { String($0) }) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A quota in bytes, or `off`. At least the size of one upload, which a client would otherwise retry in vain.
    static func byteQuota(
        _ name: String,
        _ property: Property<Int?>,
        _ meaning: String
    ) -> Setting {
        let maximum = 1 << 50
        let write = { @Sendable (settings: Settings) in settings[keyPath: property].map { String($0) } ?? "off" }
        return Setting(
            name: name,
            meaning: meaning,
            allowed: "off, or a whole number from max_upload_bytes to \(maximum), in bytes",
            defaultText: write(Self.defaults),
            text: write,
            isPath: false
        ) { text, settings in
            let number = Int(text)
            guard text == "off" || number.map((settings.maxUploadBytes...maximum).contains) == true else {
                return false
            }
            settings[keyPath: property] = number
            return true
        }
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String,
        _ property: Property<Choice>,
        _ meaning: String
    ) -> Setting {
        let names = Choice.allCases.map(\.rawValue)
        let allowed = names.dropLast().joined(separator: ", ") + " or " + names.suffix(1).joined()
        return Setting(
            name,
            property,
            meaning,
            allowed: allowed,
            write: { $0.rawValue },
            parse: { Choice(rawValue: $0) }
        )
    }

    static func rate(
        _ name: String,
        _ property: Property<[RateRule]>,
        _ meaning: String
    ) -> Setting {
        Setting(
            name,
            property,
            meaning,
            allowed: "off, or a list of rates such as 3/1s burst 5, 60/60s",
            write: { $0.isEmpty ? "off" : $0.map(\.description).joined(separator: ", ") },
            parse: { RateRule.list($0) }
        )
    }

    /// A URL of this site; a slash at its end is removed.
    static func url(
        _ name: String,
        _ property: Property<String?>,
        _ meaning: String
    ) -> Setting {
        let allowed = "a URL such as https://chat.example.org"
        return Setting(name, property, meaning, allowed: allowed, write: { $0 ?? "none" }) { text in
            guard text.hasPrefix("https://") || text.hasPrefix("http://"), !text.contains(where: \.isWhitespace) else {
                return nil
            }
            return text.hasSuffix("/") ? String(text.dropLast()) : text
        }
    }

    /// A comma-separated list of formats, by their common names.
    static func formats(
        _ name: String,
        _ property: Property<Set<FileKind>>,
        _ meaning: String
    ) -> Setting {
        let known = FileKind.allCases.map(\.settingName).joined(separator: ", ")
        let write = { @Sendable (formats: Set<FileKind>) in
            FileKind.allCases.filter(formats.contains).map(\.settingName).joined(separator: ", ")
        }
        return Setting(name, property, meaning, allowed: "a list of any of \(known)", write: write) { text in
            let words = text.listed
            let formats = words.compactMap { word in FileKind.allCases.first { $0.settingName == word } }
            return formats.isEmpty || formats.count < words.count ? nil : Set(formats)
        }
    }

    static func networks(
        _ name: String,
        _ property: Property<[IPNetwork]>,
        _ meaning: String
    ) -> Setting {
        let allowed = "none, or a list of IP addresses and networks such as ::1, 10.0.0.0/8"
        let write = { @Sendable (networks: [IPNetwork]) in
            networks.isEmpty ? "none" : networks.map(\.description).joined(separator: ", ")
        }
        return Setting(name, property, meaning, allowed: allowed, write: write) { text in
            let words = text == "none" ? [] : text.listed
            let networks = words.compactMap { IPNetwork($0) }
            return networks.count == words.count ? networks : nil
        }
    }

    /// A share of the disk, or `off`.
    static func percentage(
        _ name: String,
        _ property: Property<Percentage>,
        _ meaning: String
    ) -> Setting {
        let allowed = "off, or a percentage from 0 (off) to 50 with at most one decimal, such as 5 or 0.5"
        return Setting(
            name,
            property,
            meaning,
            allowed: allowed,
            write: { $0.description },
            parse: { Percentage($0) }
        )
    }

    /// - Parameter shortest: The shortest allowed period; any if nil.
    static func period(
        _ name: String,
        _ property: Property<Period>,
        atLeast shortest: Period? = nil,
        _ meaning: String
    ) -> Setting {
        let bound = shortest.map { " of at least \($0)," } ?? ""
        let allowed = "a duration\(bound) such as 30m, 24h or 7d, up to 100000 of the unit"
        return Setting(name, property, meaning, allowed: allowed, write: \.description) { text in
            Period(text).flatMap { $0.seconds >= shortest?.seconds ?? 0 ? $0 : nil }
        }
    }

    /// A span of each day, or `off`.
    static func dailyWindow(
        _ name: String,
        _ property: Property<DailyWindow?>,
        _ meaning: String
    ) -> Setting {
        let allowed = "off, or two times of day such as 03:00-05:00"
        let write: @Sendable (DailyWindow?) -> String = { $0?.description ?? "off" }
        return Setting(name, property, meaning, allowed: allowed, write: write) { text in
            text == "off" ? .some(nil) : DailyWindow(text).map { .some($0) }
        }
    }

    /// A duration, or `off`.
    static func optionalPeriod(
        _ name: String,
        _ property: Property<Period?>,
        atLeast minimum: Period,
        _ meaning: String
    ) -> Setting {
        let allowed = "off, or a duration of at least \(minimum), such as 365d"
        return Setting(
            name,
            property,
            meaning,
            allowed: allowed,
            write: { $0?.description ?? "off" },
            parse: { text in
                guard text != "off" else { return .some(nil) }
                guard let period = Period(text), period.seconds >= minimum.seconds else { return nil }
                return period
            }
        )
    }
}

extension String {
    /// The elements of a comma-separated list, without white space.
    fileprivate var listed: [String] {
        split(separator: ",").map { $0.filter { !$0.isWhitespace } }
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
