/// A setting, as the reader, `serve --help` and the manual need it. ``all`` lists all settings.
package struct Setting: Sendable {
    /// The name in `snug.yaml`, such as `max_upload_bytes`.
    package let name: String
    package let meaning: String
    /// The allowed values with their unit, worded to follow "expected".
    package let allowed: String
    /// The default value, as an operator would write it, or in words.
    package let defaultText: String
    /// The value in given settings, written like ``defaultText``.
    package let text: @Sendable (Settings) -> String
    /// Whether the value is a place on the server's machine, which no response contains.
    package let isPath: Bool
    /// Parses a value and stores it in the settings; returns false if it is not allowed.
    let read: @Sendable (String, inout Settings) -> Bool

    /// `SNUG_MAX_UPLOAD_BYTES`
    package var variable: String { Self.variablePrefix + name.uppercased() }
    /// `--max-upload-bytes`
    package var option: String { "--" + name.split(separator: "_").joined(separator: "-") }

    static let variablePrefix = "SNUG_"
}

extension Setting {
    /// The part of `serve --help` that explains every setting.
    package static var help: String {
        all.map { setting in
            """
              \(setting.option)
                  \(setting.meaning)
                  Allowed: \(setting.allowed).
                  Default: \(setting.defaultText).
            """
        }.joined(separator: "\n").replacing("`", with: "")
    }

    /// The lines of the manual's table (`docs/operations.md`).
    package static var table: [String] {
        ["| setting | meaning | allowed values | default |", "| --- | --- | --- | --- |"]
            + all.map { "| `\($0.name)` | \($0.meaning) | \($0.allowed) | \($0.defaultText) |" }
    }
}
