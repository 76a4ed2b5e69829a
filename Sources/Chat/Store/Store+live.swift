import GRDB

extension Store {
    /// Position of the newest event ever written; 0 before the first. Blocks.
    package func logPosition() throws -> Int64 {
        try pool.read { try $0.logPosition() }
    }

    /// What a new live connection starts from. The rooms reflect the log exactly up to the position.
    ///
    /// - Throws: `unauthenticated` when the account is gone.
    package func liveStart(for user: User.ID) async throws -> LiveStart {
        try await read { db in
            do {
                return LiveStart(
                    user: try db.user(user),
                    rooms: try Room.ID.fetchAll(
                        db.cachedStatement(sql: Database.roomIDsOfUser),
                        arguments: [user]
                    ),
                    position: try db.logPosition()
                )
            } catch Refusal.notFound {
                throw Refusal.unauthenticated("The account does not exist any more.")
            }
        }
    }
}

extension Database {
    static let roomIDsOfUser = "SELECT room_id FROM members WHERE user_id = ?"

    /// Position of the newest event ever written, also when the log has been pruned since.
    fileprivate func logPosition() throws -> Int64 {
        try Int64.fetchOne(self, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'events'") ?? 0
    }
}
