import Vocabulary

/// Codes with which accounts can be created.
package struct InvitationCodes: Sendable {
    /// A code as the operator sees it; the code itself is not stored.
    package struct Entry: Sendable, Equatable {
        package let number: Int64
        package let useLimit: Int
        package let useCount: Int
        package let createdAt: Timestamp
        package let expiresAt: Timestamp
    }

    let store: Store

    /// Maximum number of codes that have not expired.
    package static let limit = 1000
    /// Allowed number of uses of a code.
    package static let useLimits = 1...10_000

    /// Creates a code, and removes those that have expired.
    ///
    /// - Parameters:
    ///   - uses: Number of accounts that can be created with it.
    ///   - lifetime: Time until it expires.
    /// - Throws: `conflict` if there are too many codes.
    package func create(uses: Int, lifetime: Duration) async throws -> (code: InvitationCode, entry: Entry) {
        let code = InvitationCode.make()
        let entry = try await store.change(about: []) { transaction in
            let now = transaction.now
            try transaction.execute("DELETE FROM invitation_codes WHERE expires_at <= ?", [now])
            let count = try transaction.db.value(Int.self, Snapshot.invitationCodeCount) ?? 0
            guard count < Self.limit else {
                throw Refusal.conflict("There are \(Self.limit) invitation codes. Revoke one first.")
            }
            let entry = try transaction.db.first(
                Snapshot.createInvitationCode,
                [code.hash, uses, now, now + lifetime],
                Entry.init
            )
            guard let entry else { preconditionFailure("an inserted row is returned") }
            return entry
        }
        return (code, entry)
    }

    /// All codes, also expired ones that have not been removed, oldest first.
    package func list() async throws -> [Entry] {
        try await store.read { try $0.all(Snapshot.invitationCodes, [Self.limit], Entry.init) }
    }

    /// Removes a code.
    ///
    /// - Returns: Whether there was one with this number.
    package func revoke(_ number: Int64) async throws -> Bool {
        try await store.change(about: [], for: .deleting) { transaction in
            try transaction.execute("DELETE FROM invitation_codes WHERE number = ?", [number]) == 1
        }
    }
}

extension Store {
    package var invitationCodes: InvitationCodes { InvitationCodes(store: self) }
}

extension Snapshot {
    private static let invitationCodeColumns = "number, use_limit, use_count, created_at, expires_at"

    static let invitationCodeCount = "SELECT count(*) FROM invitation_codes"
    static let createInvitationCode = """
        INSERT INTO invitation_codes (code_hash, use_limit, created_at, expires_at) VALUES (?, ?, ?, ?)
        RETURNING \(invitationCodeColumns)
        """
    static let invitationCodes = """
        SELECT \(invitationCodeColumns) FROM invitation_codes ORDER BY number LIMIT ?
        """
}

extension InvitationCodes.Entry {
    fileprivate init(_ row: ResultRow) {
        self.init(number: row[0], useLimit: row[1], useCount: row[2], createdAt: row[3], expiresAt: row[4])
    }
}
