// Foundation's normalisation would load its whole Unicode library of 30 MB.
@_spi(_Unicode) import Swift

/// Passwords as text, before they are hashed (RFC 8265 section 4.2, OpaqueString).
enum Password {
    /// Allowed length of a prepared password, in bytes.
    static let allowedBytes = 8...256
    /// Maximum length of what is typed at sign-in, in bytes. Anything longer is wrong without being hashed.
    static let typedBytes = 1024

    /// The form that is hashed: every kind of space becomes U+0020, and characters are composed (NFC).
    static func prepared(_ typed: String) -> String {
        guard !typed.utf8.allSatisfy({ $0 < 0x80 }) else { return typed }
        var mapped = String.UnicodeScalarView()
        mapped.append(contentsOf: typed.unicodeScalars.lazy.map(spaceMapped))
        return string(String(mapped)._nfc)
    }

    /// Another form that the hash may have been made from before passwords were prepared: the text as it is typed now,
    /// or decomposed if it is typed composed. Nil if there is no such form.
    ///
    /// It depends only on what is typed, so that a wrong guess takes the same time whatever the stored hash is.
    static func earlierForm(of typed: String, prepared: String) -> String? {
        guard prepared.utf8.elementsEqual(typed.utf8) else { return typed }
        guard !typed.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let decomposed = string(typed._nfd)
        return decomposed.utf8.elementsEqual(typed.utf8) ? nil : decomposed
    }

    /// Space separators (category Zs) other than U+0020 (RFC 8265 section 4.2.2).
    private static func spaceMapped(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.value >= 0x80 && scalar.properties.generalCategory == .spaceSeparator ? " " : scalar
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
