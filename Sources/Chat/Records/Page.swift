/// Part of a room's history, oldest first.
package struct Page: Sendable {
    package let messages: [Message]
    package let hasMoreBefore: Bool
    package let hasMoreAfter: Bool
}

/// Where in a room's history to read.
package enum PageAnchor: Sendable, Hashable {
    case newest
    /// The messages before this number, nearest to it.
    case before(Int64)
    /// The messages after this number, nearest to it.
    case after(Int64)
    /// Half the page before this number, the other half from it on.
    case around(Int64)
}
