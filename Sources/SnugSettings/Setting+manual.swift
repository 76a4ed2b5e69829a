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
