/// Where a page of a search ended: the text that matched, and a key that distinguishes results with the same text.
package struct SearchCursor: Sendable, Equatable {
    package let text: String
    /// A user name, or a room's id.
    package let key: String

    package init(text: String, key: String) {
        self.text = text
        self.key = key
    }
}

/// One page of search results.
package struct SearchPage<Item: Sendable>: Sendable {
    package let items: [Item]
    /// Where the next page begins; nil when there is no more.
    package let next: SearchCursor?

    /// - Parameter found: The results, one more than `limit` if there are more.
    init(_ found: [(item: Item, cursor: SearchCursor)], limit: Int) {
        items = found.prefix(limit).map(\.item)
        next = found.count > limit ? found[limit - 1].cursor : nil
    }
}
