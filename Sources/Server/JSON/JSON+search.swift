import Chat
import Foundation
import Hummingbird

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
        let encoded = Data((text + "\n" + key).utf8).base64EncodedString()
        return encoded.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    fileprivate init?(wireText: String) {
        let padding = String(repeating: "=", count: (4 - wireText.utf8.count % 4) % 4)
        let encoded = wireText.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let data = Data(base64Encoded: encoded) else { return nil }
        let text = String(decoding: data, as: UTF8.self)
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
            throw Problem.invalid("cursor", "It must be the cursor of the page before.")
        }
        return cursor
    }
}
