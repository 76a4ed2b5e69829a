import Vocabulary

/// Reads people with their avatars: in two statements, however many people there are.
extension Snapshot {
    /// The columns that `User.init(row:at:)` reads.
    static let userColumns = """
        users.id, users.username, users.display_name, users.is_admin, users.created_at, users.last_seen_at,
            users.deleted_at,
            \(attachmentColumns)
        """

    /// People, joined with their avatars if they have one.
    static let userTables = """
        users LEFT JOIN attachments ON attachments.id = users.avatar_id
        LEFT JOIN renderings ON renderings.attachment_id = attachments.id
        """

    static let userByID = "SELECT \(userColumns) FROM \(userTables) WHERE users.id = ?"

    /// - Throws: `notFound`.
    func user(_ id: User.ID) throws -> User {
        var users = try all(Self.userByID, [id]) { User(row: $0, at: 0) }
        try loadAvatarVariants(of: &users, at: \.self)
        guard let user = users.first else { throw Refusal.notFound() }
        return user
    }

    /// False for a deleted account.
    func userExists(_ id: User.ID) throws -> Bool {
        try exists("SELECT 1 FROM users WHERE id = ? AND deleted_at IS NULL", [id])
    }

    /// The people with these ids who exist.
    func users(_ ids: some Collection<User.ID>) throws -> [User.ID: User] {
        guard !ids.isEmpty else { return [:] }
        let list = SQLList(ids)
        let sql = "SELECT \(Self.userColumns) FROM \(Self.userTables) WHERE users.id IN (\(list.places))"
        var users = try all(sql, list.values) { User(row: $0, at: 0) }
        try loadAvatarVariants(of: &users, at: \.self)
        return Dictionary(uniqueKeysWithValues: users.map { ($0.id, $0) })
    }

    /// Loads the variants of the avatars of people that have just been read.
    func loadAvatarVariants<Item>(of items: inout [Item], at path: WritableKeyPath<Item, User>) throws {
        var avatars = items.compactMap { $0[keyPath: path].avatar }
        guard !avatars.isEmpty else { return }
        try loadVariants(of: &avatars)
        var loaded = avatars.makeIterator()
        for index in items.indices where items[index][keyPath: path].avatar != nil {
            items[index][keyPath: path].avatar = loaded.next()
        }
    }
}

extension Snapshot {
    static let isKnownNetwork = """
        SELECT 1 FROM known_networks JOIN users ON users.id = known_networks.user_id
        WHERE users.username = ? AND known_networks.network = ?
        """

    static let userForViewer = """
        SELECT \(userColumns), \(showsPresence(to: "?2")) FROM \(userTables) WHERE users.id = ?1
        """
    static let peopleFound = """
        SELECT \(userColumns), \(showsPresence(to: "?6")), found.text
        FROM user_search AS found CROSS JOIN \(userTables)
        WHERE users.username = found.username AND users.disabled_at IS NULL
        AND (found.text, found.username) > (?1, ?2) AND found.text < ?4 AND NOT EXISTS (
            SELECT 1 FROM user_search AS earlier
            WHERE earlier.username = found.username AND earlier.text >= ?3 AND earlier.text < found.text)
        ORDER BY found.text, found.username LIMIT ?5
        """
    static let peopleByName = """
        SELECT \(userColumns), \(showsPresence(to: "?3")), '' FROM \(userTables)
        WHERE users.username > ?1 AND users.disabled_at IS NULL ORDER BY users.username LIMIT ?2
        """

    /// 1 if the viewer may see the person's presence: the person is the viewer, or they share a room in which the
    /// person is not pending and neither has blocked the other.
    private static func showsPresence(to viewer: String) -> String {
        """
        CASE WHEN users.id = \(viewer) THEN 1 WHEN \(sharesRoom(with: viewer)) AND NOT EXISTS (
            SELECT 1 FROM blocks WHERE user_id = \(viewer) AND blocked_id = users.id
            UNION ALL SELECT 1 FROM blocks WHERE user_id = users.id AND blocked_id = \(viewer)
        ) THEN 1 ELSE 0 END
        """
    }

    /// Condition for a row of `users`: the person is in one of the viewer's rooms, and not pending there.
    static func sharesRoom(with viewer: String) -> String {
        """
        EXISTS (
            SELECT 1 FROM members AS own JOIN members AS other ON other.room_id = own.room_id
            WHERE own.user_id = \(viewer) AND other.user_id = users.id AND other.consent <> 'pending')
        """
    }

    /// - Throws: `notFound`.
    func user(_ id: User.ID, for viewer: User.ID) throws -> UserView {
        var views = try all(Self.userForViewer, [id, viewer], UserView.init)
        try loadAvatarVariants(of: &views, at: \.user)
        guard let view = views.first else { throw Refusal.notFound() }
        return view
    }

    /// People with a name in which a word begins with the folded prefix; all people if it is empty.
    func people(
        prefix: String,
        after cursor: SearchCursor?,
        limit: Int,
        for viewer: User.ID
    ) throws -> [(item: UserView, cursor: SearchCursor)] {
        let name = cursor?.key ?? ""
        let found =
            prefix.isEmpty
            ? try all(Self.peopleByName, [name, limit, viewer], FoundPerson.init)
            : try all(
                Self.peopleFound,
                [cursor?.text ?? prefix, name, prefix, Self.end(of: prefix), limit, viewer],
                FoundPerson.init
            )
        var views = found.map(\.view)
        try loadAvatarVariants(of: &views, at: \.user)
        return zip(views, found).map { view, found in
            (view, SearchCursor(text: found.text, key: view.user.username))
        }
    }
}

/// A row of a search for people.
private struct FoundPerson {
    let view: UserView
    /// The text that matched; empty without a query.
    let text: String

    init(_ row: ResultRow) {
        view = UserView(row)
        text = row[User.columnCount + 1]
    }
}

extension UserView {
    /// Reads a row that begins with a person and whether the viewer may see their presence.
    fileprivate init(_ row: ResultRow) {
        self.init(user: User(row: row, at: 0), showsPresence: row[User.columnCount])
    }
}

extension User {
    static let columnCount = 7 + Attachment.columnCount

    /// Reads `userColumns`, starting at `offset`, without the variants of the avatar.
    init(row: ResultRow, at offset: Int) {
        self.init(
            id: row[offset],
            username: row[offset + 1],
            displayName: row[offset + 2],
            avatar: Attachment(ifAny: row, at: offset + 7),
            isAdmin: row[offset + 3],
            createdAt: row[offset + 4],
            lastSeenAt: row[offset + 5],
            isDeleted: (row[offset + 6] as Timestamp?) != nil
        )
    }
}
