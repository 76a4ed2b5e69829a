import Chat
import Hummingbird
import Vocabulary

extension JSONWriter {
    /// Writes whether there is another page, and its cursor.
    mutating func writeNextPage(_ cursor: SearchCursor?) {
        member("has_more", cursor != nil)
        member("cursor", ifAny: cursor) { $0.value($1.encoded) }
    }
}

extension SearchCursor {
    /// Base64url, so that clients treat it as opaque.
    fileprivate var encoded: String {
        Base64URL.encode((text + "\n" + key).utf8)
    }

    fileprivate init?(encoded: String) {
        guard let bytes = Base64URL.decode(encoded) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        self.init(text: String(parts[0]), key: String(parts[1]))
    }
}

extension Request {
    /// The cursor from the previous page of a search; nil for the first page.
    ///
    /// - Throws: `invalid` if it is malformed.
    func searchCursor() throws -> SearchCursor? {
        guard let text = text("cursor"), !text.isEmpty else { return nil }
        guard let cursor = SearchCursor(encoded: text) else {
            throw Problem.invalid("cursor", "It must be the cursor of the previous page.")
        }
        return cursor
    }
}
