// Foundation's normalisation would load its whole Unicode library, 30 MB of it.
@_spi(_Unicode) import Swift

/// Passwords as text, before they are hashed (RFC 8265 section 4.2, OpaqueString).
enum Password {
    /// Bytes that a password may have in the form that is hashed.
    static let allowedBytes = 8...256
    /// Bytes of what is typed at sign-in. Anything longer is wrong without being hashed.
    static let typedBytes = 1024

    /// The form that is hashed: other spaces become U+0020, and composed and decomposed characters the same.
    static func prepared(_ typed: String) -> String {
        guard !typed.utf8.allSatisfy({ $0 < 0x80 }) else { return typed }
        var mapped = String.UnicodeScalarView()
        mapped.append(contentsOf: typed.unicodeScalars.lazy.map(spaceMapped))
        return string(String(mapped)._nfc)
    }

    /// Another form that the password's hash may have been made from, before passwords were prepared: as it was typed
    /// now, or decomposed where it was typed composed. Nil where that makes no difference.
    ///
    /// It depends on what is typed alone, so that a wrong guess takes the same time whatever hash there is.
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
