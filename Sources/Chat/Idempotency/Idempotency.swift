import FoundationEssentials
import Vocabulary

/// The result of a request, and whether an earlier request with the same key had already produced it.
@dynamicMemberLookup
package struct Replayable<Value> {
    package let value: Value
    package let isReplay: Bool

    package subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member {
        value[keyPath: path]
    }
}

extension Replayable: Sendable where Value: Sendable {}

/// A key is written in the same transaction as the change that it protects. So a crash cannot leave one without the
/// other, and a refused change leaves its key unused.
extension WriteTransaction {
    /// Makes a change unless an earlier request with the same key has made it.
    ///
    /// - Parameters:
    ///   - subject: The id of the result, which is all that is stored with the key.
    ///   - replay: Reads the current state of the earlier result. If it throws `notFound`, `gone` is thrown instead.
    /// - Throws: `keyReused`, `gone`, and what `make` and `replay` throw.
    mutating func idempotent<Entity, Value>(
        _ request: IdempotentRequest?,
        subject: (Value) -> Identifier<Entity>,
        replay: (Snapshot, Identifier<Entity>) throws -> Value,
        make: (inout WriteTransaction) throws -> Value
    ) throws -> Replayable<Value> {
        guard let request else { return Replayable(value: try make(&self), isReplay: false) }
        if let made: Identifier<Entity> = try previousResult(of: request) {
            do {
                return Replayable(value: try replay(db, made), isReplay: true)
            } catch Refusal.notFound {
                throw Refusal.resultIsGone
            }
        }
        let value = try make(&self)
        try claim(request, for: subject(value))
        return Replayable(value: value, isReplay: false)
    }

    /// The id of the result of an earlier request with the same key; nil if there was none.
    ///
    /// - Throws: `keyReused` if the earlier request was a different one.
    func previousResult<Entity>(of request: IdempotentRequest) throws -> Identifier<Entity>? {
        let use: (fingerprint: Data, subject: Identifier<Entity>)? = try db.use(of: request.key, at: now)
        guard let use else { return nil }
        guard use.fingerprint == request.fingerprint else { throw Refusal.keyReused(field: IdempotencyKey.field) }
        return use.subject
    }

    /// Stores the key with the result of this change.
    ///
    /// - Throws: `conflict` if another request with the key has just succeeded; this change is rolled back then.
    func claim<Entity>(_ request: IdempotentRequest, for subject: Identifier<Entity>) throws {
        let claimed = try execute(
            """
            INSERT INTO idempotency_keys (scope, route, key, request_hash, subject, created_at)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (scope, route, key) DO UPDATE
            SET request_hash = excluded.request_hash, subject = excluded.subject, created_at = excluded.created_at
            WHERE idempotency_keys.created_at <= ?
            """,
            [
                request.key.scope, request.key.route, request.key.text, request.fingerprint, subject, now,
                now - IdempotencyKey.lifetime,
            ]
        )
        guard claimed == 1 else {
            throw Refusal.conflict(
                "Another request with this key has just succeeded. Send the request again.",
                field: IdempotencyKey.field
            )
        }
    }
}

extension Snapshot {
    static let idempotencyKey = """
        SELECT request_hash, subject FROM idempotency_keys
        WHERE scope = ? AND route = ? AND key = ? AND created_at > ?
        """

    /// Whether a request with this key has been carried out within the lifetime of the key.
    func hasBeenUsed(_ key: IdempotencyKey, at now: Timestamp) throws -> Bool {
        try exists(Self.idempotencyKey, key.values(at: now))
    }

    /// The fingerprint and the result of the request that used the key; nil if the key is unused or has expired.
    fileprivate func use<Entity>(
        of key: IdempotencyKey,
        at now: Timestamp
    ) throws -> (fingerprint: Data, subject: Identifier<Entity>)? {
        try first(Self.idempotencyKey, key.values(at: now)) { ($0[0], $0[1]) }
    }
}

extension IdempotencyKey {
    /// Name of the header.
    package static let field = "Idempotency-Key"

    /// Arguments of `Snapshot.idempotencyKey`.
    fileprivate func values(at now: Timestamp) -> SQLValues {
        [scope, route, text, now - Self.lifetime]
    }
}

extension Refusal {
    static let resultIsGone = Refusal.gone("The result of the first request with this key no longer exists.")
}
