import FoundationEssentials

extension Snapshot {
    /// Those of two people who have blocked the other.
    static let blockers = """
        SELECT user_id FROM blocks WHERE user_id = ?1 AND blocked_id = ?2
        UNION ALL SELECT user_id FROM blocks WHERE user_id = ?2 AND blocked_id = ?1
        """

    static let blockedEitherWay = """
        SELECT blocked_id FROM blocks WHERE user_id = ?1
        UNION ALL SELECT user_id FROM blocks WHERE blocked_id = ?1
        """

    static let acquaintance = """
        SELECT 1 FROM members AS own JOIN members AS other ON other.room_id = own.room_id
        WHERE own.user_id = ?1 AND other.user_id = ?2 AND own.consent <> 'pending' AND other.consent <> 'pending'
        AND NOT EXISTS (\(blockers)) LIMIT 1
        """

    /// Those of two people who have blocked the other, and NULL if the account of the second was deleted.
    static let contactObstacles = """
        \(blockers)
        UNION ALL SELECT NULL FROM users WHERE id = ?2 AND deleted_at IS NOT NULL
        """

    func isBlocked(between first: User.ID, and second: User.ID) throws -> Bool {
        try exists(Self.blockers, [first, second])
    }

    /// The people on either side of a block with the person.
    func blockedEitherWay(with user: User.ID) throws -> Set<User.ID> {
        try Set(values(User.ID.self, Self.blockedEitherWay, [user]))
    }

    /// Whether one may add the other to a room without an invitation: they share a room in which neither is pending,
    /// and neither has blocked the other.
    func areAcquainted(_ first: User.ID, _ second: User.ID) throws -> Bool {
        try exists(Self.acquaintance, [first, second])
    }

    /// - Throws: `forbidden` if the other person has blocked the user, without saying so, or if their account was
    ///   deleted; `conflict` if the user has blocked the other person.
    func checkMayWrite(_ user: User.ID, to other: User.ID) throws {
        let blockers = try all(Self.contactObstacles, [user, other]) { $0[0] as User.ID? }
        guard !blockers.contains(user) else {
            throw Refusal.conflict("You have blocked this person. Remove the block to write to them.", field: "user_id")
        }
        guard blockers.isEmpty else { throw Refusal.forbidden("You cannot write to this person.") }
    }

    /// The member as the viewer sees them.
    func view(of member: Member, for viewer: User.ID) throws -> MemberView {
        let isHidden =
            try member.user.id != viewer
            && (member.isPending || isBlocked(between: viewer, and: member.user.id))
        return MemberView(member: member, showsActivity: !isHidden)
    }
}

extension Data {
    /// The key of the direct room of two people, the same for both: both ids, the smaller one first.
    init(directRoomOf first: User.ID, and second: User.ID) {
        let keys = [first, second].map { id in Swift.withUnsafeBytes(of: id.uuid.uuid) { Data($0) } }
        self = keys[0].lexicographicallyPrecedes(keys[1]) ? keys[0] + keys[1] : keys[1] + keys[0]
    }

    /// The other of the two people whose direct room has this key.
    func other(than user: User.ID) -> User.ID? {
        [prefix(16), suffix(16)].compactMap(User.ID.init(bytes:)).first { $0 != user }
    }
}

extension User.ID {
    /// Nil unless there are 16 bytes.
    fileprivate init?(bytes: Data) {
        guard bytes.count == 16 else { return nil }
        self.init(UUID(uuid: bytes.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) }))
    }
}
