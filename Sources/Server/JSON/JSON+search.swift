import Chat
import Hummingbird
import Vocabulary

extension JSONWriter {
    /// Where the page behind this one begins, if there is one.
    mutating func writeNextPage(_ cursor: SearchCursor?) {
        member("has_more", cursor != nil)
        member("cursor", ifAny: cursor) { $0.value($1.wireText) }
    }
}

extension SearchCursor {
    /// Both texts in base64url, so that clients take it for what it is: something to be sent back.
    fileprivate var wireText: String {
        Base64URL.encode((text + "\n" + key).utf8)
    }

    fileprivate init?(wireText: String) {
        guard let bytes = Base64URL.decode(wireText) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        self.init(text: String(parts[0]), key: String(parts[1]))
    }
}

extension Request {
    /// Where the client's last page of a search ended; nil for the first page.
    ///
    /// - Throws: `invalid` for what this server has not given out.
    func searchCursor() throws -> SearchCursor? {
        guard let text = text("cursor"), !text.isEmpty else { return nil }
        guard let cursor = SearchCursor(wireText: text) else {
            throw Problem.invalid("cursor", "It must be the cursor of the previous page.")
        }
        return cursor
    }
}
