import Glibc

/// Reads values of an XMP packet (ISO 16684-1) by namespace, without an XML parser.
struct XMPPacket {
    /// Longest value in bytes, and longest list; longer ones are not read.
    private static let valueLimit = 64
    private static let listLimit = 3

    private let text: [UInt8]

    /// - Parameter text: the packet, without ``signature``.
    init(_ text: ArraySlice<UInt8>) { self.text = Array(text) }

    /// The values of a property: one, or those of a list. Nil when it is missing or a value is too long.
    func values(of name: String, in namespace: String) -> [String]? {
        for prefix in prefixes(of: namespace) {
            let name = Array("\(prefix):\(name)".utf8)
            for start in positions(of: name) {
                if let found = attribute(at: start, name) ?? element(at: start, name) { return found }
            }
        }
        return nil
    }

    func value(of name: String, in namespace: String) -> String? {
        values(of: name, in: namespace).flatMap { $0.count == 1 ? $0[0] : nil }
    }

    /// The parts of the packet that start with an element of this name, with the namespaces of the packet.
    func parts(from name: String, in namespace: String, limit: Int) -> [XMPPacket] {
        guard let prefix = prefixes(of: namespace).first else { return [] }
        let opening = Array("<\(prefix):\(name)".utf8)
        let starts = positions(of: opening).filter { !Self.isNameByte(byte(at: $0 + opening.count)) }.prefix(limit)
        return zip(starts, starts.dropFirst() + [text.count]).map { start, end in
            XMPPacket(text[start..<end] + declarations)
        }
    }

    private var declarations: [UInt8] {
        var result: [UInt8] = []
        for start in positions(of: Array("xmlns:".utf8)).prefix(64) {
            guard let open = text[start...].prefix(Self.valueLimit).firstIndex(where: Self.isQuote),
                let close = text[(open + 1)...].prefix(Self.valueLimit).firstIndex(of: text[open])
            else { continue }
            result += [0x20] + text[start...close]
        }
        return result
    }

    /// Prefixes that are declared for a namespace; usually one.
    private func prefixes(of namespace: String) -> [String] {
        positions(of: Array(namespace.utf8)).prefix(4).compactMap { start in
            let end = start + namespace.utf8.count
            guard start >= 2, Self.isQuote(text[start - 1]), byte(at: end) == text[start - 1], text[start - 2] == 0x3D
            else { return nil }
            let prefix = text[..<(start - 2)].suffix(Self.valueLimit).reversed().prefix(while: Self.isNameByte)
                .reversed()
            guard text[..<(start - 2 - prefix.count)].suffix(6).elementsEqual("xmlns:".utf8), !prefix.isEmpty else {
                return nil
            }
            return String(decoding: prefix, as: UTF8.self)
        }
    }

    /// `name="value"`, in the tag of a description.
    private func attribute(at start: Int, _ name: [UInt8]) -> [String]? {
        guard start > 0, Self.isBlank(text[start - 1]) else { return nil }
        let rest = text[(start + name.count)...].drop(while: Self.isBlank)
        guard rest.first == 0x3D else { return nil }
        let quoted = rest.dropFirst().drop(while: Self.isBlank)
        guard let quote = quoted.first, Self.isQuote(quote) else { return nil }
        let value = quoted.dropFirst().prefix(Self.valueLimit)
        return value.firstIndex(of: quote).map { [String(decoding: value[..<$0], as: UTF8.self)] }
    }

    /// `<name>value</name>`, or a list in it.
    private func element(at start: Int, _ name: [UInt8]) -> [String]? {
        guard start > 0, text[start - 1] == 0x3C, byte(at: start + name.count) == 0x3E else { return nil }
        var values: [String] = []
        var rest = text[(start + name.count + 1)...].prefix(1_024)
        while values.count <= Self.listLimit {
            let value = rest.prefix { $0 != 0x3C }
            let trimmed = value.drop(while: Self.isBlank)
            let end = trimmed.lastIndex { !Self.isBlank($0) }
            if let end, trimmed.count <= Self.valueLimit {
                values.append(String(decoding: trimmed[...end], as: UTF8.self))
            }
            let tag = rest[value.endIndex...]
            if tag.isEmpty || tag.dropFirst().starts(with: [0x2F] + name) { break }
            rest = tag.drop { $0 != 0x3E }.dropFirst()
        }
        return (1...Self.listLimit).contains(values.count) ? values : nil
    }

    private func byte(at index: Int) -> UInt8? { text.indices.contains(index) ? text[index] : nil }

    private func positions(of word: [UInt8]) -> [Int] {
        var found: [Int] = []
        unsafe text.withUnsafeBytes { text in
            guard let start = text.baseAddress, let first = word.first else { return }
            let end = text.count - word.count + 1
            var offset = 0
            while offset < end, let next = unsafe memchr(start + offset, Int32(first), end - offset) {
                offset = unsafe UnsafeRawPointer(next) - start
                if unsafe memcmp(next, word, word.count) == 0 { found.append(offset) }
                offset += 1
            }
        }
        return found
    }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == 0x22 || byte == 0x27 }
    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func isNameByte(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }
}
