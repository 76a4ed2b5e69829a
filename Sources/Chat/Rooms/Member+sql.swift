extension Snapshot {
    static let roleOfMember = "SELECT role FROM members WHERE room_id = ? AND user_id = ?"
    static let membersOfRoom = members(in: "members", where: "members.room_id = ?")
    static let memberOfRoom = members(in: "members", where: "members.room_id = ? AND members.user_id = ?")

    /// - Parameter places: Placeholders of rows of a room and a person.
    static func membersByKey(_ places: String) -> String {
        let isWanted = "members.room_id = wanted.room AND members.user_id = wanted.person"
        return """
            WITH wanted (room, person) AS (VALUES \(places))
            \(members(in: "wanted CROSS JOIN members", where: isWanted))
            """
    }

    private static func members(in tables: String, where condition: String) -> String {
        """
        SELECT members.room_id, members.role, members.joined_at, members.delivered_seq, members.read_seq,
            members.joined_seq, members.consent, \(userColumns)
        FROM \(tables) CROSS JOIN \(userTables) WHERE users.id = members.user_id AND \(condition)
        """
    }

    /// - Throws: `notFound`.
    func member(_ user: User.ID, of room: Room.ID) throws -> Member {
        guard let member = try memberIfAny(user, of: room) else { throw Refusal.notFound() }
        return member
    }

    func memberIfAny(_ user: User.ID, of room: Room.ID) throws -> Member? {
        try members(Self.memberOfRoom, [room, user]).first
    }

    func members(of room: Room.ID) throws -> [Member] {
        try members(Self.membersOfRoom, [room])
    }

    /// The members among these pairs of a room and a person.
    func members(of keys: [(room: Room.ID, user: User.ID)]) throws -> [Member.Key: Member] {
        guard !keys.isEmpty else { return [:] }
        let list = SQLList(rows: keys.map { [$0.room, $0.user] })
        var found: [(room: Room.ID, member: Member)] = try all(Self.membersByKey(list.places), list.values) { row in
            (row[0], Member(row: row))
        }
        try loadAvatarVariants(of: &found, at: \.member.user)
        return found.reduce(into: [:]) { $0[Member.Key(room: $1.room, user: $1.member.user.id)] = $1.member }
    }

    private func members(_ sql: String, _ values: SQLValues) throws -> [Member] {
        var members = try all(sql, values) { Member(row: $0) }
        try loadAvatarVariants(of: &members, at: \.user)
        return members
    }
}

extension Member {
    /// Identifies a membership.
    struct Key: Hashable, Sendable {
        let room: Room.ID
        let user: User.ID
    }

    /// Reads a row of `membersOfRoom`.
    fileprivate init(row: ResultRow) {
        self.init(
            user: User(row: row, at: 7),
            role: row[1],
            joinedAt: row[2],
            deliveredSeq: row[3],
            readSeq: row[4],
            joinedSeq: row[5],
            isPending: row[6] as Consent == .pending
        )
    }
}
