import Foundation
import GRDB

extension Database {
    static let block = "SELECT 1 FROM blocks WHERE user_id = ? AND blocked_id = ?"

    static let blockedEitherWay = """
        SELECT blocked_id FROM blocks WHERE user_id = ?1
        UNION ALL SELECT user_id FROM blocks WHERE blocked_id = ?1
        """

    static let sharedRoomOfBoth = """
        SELECT 1 FROM members AS own JOIN members AS other ON other.room_id = own.room_id
        WHERE own.user_id = ? AND other.user_id = ? AND own.consent <> 'pending' AND other.consent <> 'pending' LIMIT 1
        """

    func hasBlocked(_ user: User.ID, _ other: User.ID) throws -> Bool {
        try exists(Self.block, [user, other])
    }

    func isBlocked(between first: User.ID, and second: User.ID) throws -> Bool {
        try hasBlocked(first, second) || hasBlocked(second, first)
    }

    /// Everybody whom the person has blocked, or who has blocked them.
    func blockedEitherWay(with user: User.ID) throws -> Set<User.ID> {
        try User.ID.fetchSet(cachedStatement(sql: Self.blockedEitherWay), arguments: [user])
    }

    /// Whether one may add the other to a room at once: they share one that both agreed to, and none has blocked the
    /// other.
    func areAcquainted(_ first: User.ID, _ second: User.ID) throws -> Bool {
        try exists(Self.sharedRoomOfBoth, [first, second]) && !isBlocked(between: first, and: second)
    }

    /// - Throws: `forbidden` for somebody who is blocked, without saying so; `conflict` for somebody who blocks.
    func checkMayWrite(_ user: User.ID, to other: User.ID) throws {
        guard try !hasBlocked(user, other) else {
            throw Refusal.conflict("You have blocked this person. Lift the block to write to them.", field: "user_id")
        }
        guard try !hasBlocked(other, user) else { throw Refusal.forbidden("You cannot write to this person.") }
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
    /// The key of the direct room of two people, the same for both: both ids, the smaller first.
    init(directRoomOf first: User.ID, and second: User.ID) {
        let keys = [first, second].map { id in Swift.withUnsafeBytes(of: id.uuid.uuid) { Data($0) } }
        self = keys[0].lexicographicallyPrecedes(keys[1]) ? keys[0] + keys[1] : keys[1] + keys[0]
    }

    /// The other one of the two people whose direct room this key finds.
    func other(than user: User.ID) -> User.ID? {
        let ids = [prefix(16), suffix(16)].compactMap { User.ID.fromDatabaseValue(Data($0).databaseValue) }
        return ids.first { $0 != user }
    }
}
