import FoundationEssentials
import Vocabulary

/// What a check of a storage asks of the database, and the repairs that need no guess.
///
/// A check walks a table by its key in pages, so that neither memory nor a snapshot is held for long beside a running
/// server. A page comes from one snapshot, so whatever contradicts itself in it is damaged. A repair repeats its
/// condition in its own transaction, and so changes nothing that is right by then.
package struct Checks: Sendable {
    let store: Store
}

extension Store {
    package var checks: Checks { Checks(store: self) }
}

/// Part of a walk through a table.
package struct CheckPage<Key: Sendable, Item: Sendable>: Sendable {
    /// The rows of the page, or those of them that are damaged.
    package let items: [Item]
    /// Where the next page begins; nil after the last.
    package let next: Key?
}

extension CheckPage {
    /// - Parameters:
    ///   - rows: All rows of the page.
    ///   - limit: The number of rows that were asked for; fewer mean that there are no more.
    ///   - key: The key of a row.
    ///   - select: What to keep of a row.
    init<Row>(_ rows: [Row], limit: Int, key: (Row) -> Key, select: (Row) throws -> Item?) rethrows {
        items = try rows.compactMap(select)
        next = rows.count < limit ? nil : rows.last.map(key)
    }
}

extension CheckPage: Equatable where Key: Equatable, Item: Equatable {}

extension Identifier {
    /// Precedes every id of a row.
    static var beforeAll: Identifier { Identifier(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))) }
}
