/// A page of a room's history, oldest first.
package struct Page: Sendable {
    package let messages: [Message]
    package let hasMoreBefore: Bool
    package let hasMoreAfter: Bool
    /// Whether the archive was read. Names and avatars of archived messages change without an event or a change of the
    /// message, so such a page must not be cached.
    package var isFromArchive = false
}

/// Where in a room's history to read.
package enum PageAnchor: Sendable, Hashable {
    case newest
    /// The closest messages before this number.
    case before(Int64)
    /// The closest messages after this number.
    case after(Int64)
    /// Half of the page before this number, the other half from this number on.
    case around(Int64)
}
