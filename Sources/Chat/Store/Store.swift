import GRDB
import Vocabulary

/// Everything that Snug remembers, in one SQLite file. All SQL of the project is in this module.
package struct Store: Sendable {
    /// When a write counts as done (SQLite `PRAGMA synchronous`).
    package enum Synchronous: String, Sendable, CaseIterable {
        /// When it is on the disk: survives power loss.
        case full
        /// When the operating system has it: survives a killed process.
        case normal
    }

    /// Who opens a database.
    package enum Role: Sendable {
        /// The one server of a storage: makes the database, brings its schema up to date, and answers for its epoch.
        case server
        /// A program beside it, such as the janitor: takes the database as it is.
        case guest
    }

    /// Name of the database in the storage folder.
    package static let fileName = "snug.sqlite"
    /// Names of the files in the storage folder that programs write through this type.
    package static let fileNames = ["", "-wal", "-shm", "-mark"].map { fileName + $0 }

    package let limits: ChatLimits
    let retries: RetrySchedule
    let now: @Sendable () -> Timestamp
    let database: OpenDatabase
    let sessionCache = SessionCache()
    let memberships = MembershipCache()
    let commits: GroupCommit
    let reads: SharedSnapshotReads
    let rates: PersonRates
    let follower: any ConsequenceFollower

    var pool: DatabasePool { database.pool }
    /// Made with the database; part of every cursor.
    package var epoch: String { database.epoch }

    /// Makes the store of a database.
    ///
    /// - Parameters:
    ///   - commitGroup: Writes that may share a transaction; 1–64.
    ///   - rates: How often each person may do things; no limits by default.
    ///   - follower: Acts on the consequences of every commit.
    package init(
        _ database: OpenDatabase,
        commitGroup: Int = GroupCommit.maxGroup,
        limits: ChatLimits = ChatLimits(),
        retries: RetrySchedule = RetrySchedule(),
        now: @escaping @Sendable () -> Timestamp = { .now },
        rates: PersonRates = PersonRates(),
        follower: some ConsequenceFollower
    ) {
        self.database = database
        self.limits = limits
        self.retries = retries
        self.now = now
        self.rates = rates
        self.follower = follower
        commits = GroupCommit(pool: database.pool, groupSize: commitGroup, now: now) { [memberships] events in
            memberships.forget(endedBy: events)
            database.note(events)
            follower.publish(events)
        }
        reads = SharedSnapshotReads(pool: database.pool, width: OpenDatabase.readers)
    }

    /// Opens the database at `path` for a program without a server around it, in which nothing follows from a change.
    /// Blocks.
    package init(
        path: String,
        role: Role = .server,
        lockPath: String? = nil,
        synchronous: Synchronous = .full,
        limits: ChatLimits = ChatLimits(),
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) throws {
        let database = try OpenDatabase(path: path, role: role, lockPath: lockPath, synchronous: synchronous)
        self.init(database, limits: limits, now: now, follower: NoFollower())
    }

    /// Looks into the database at `path` and changes nothing. Blocks.
    ///
    /// - Throws: `DatabaseRefusal` for one that must not be opened.
    package static func inspect(path: String, lockPath: String? = nil) throws -> DatabaseInspection {
        try DatabaseFile(path: path, lockPath: lockPath).inspect()
    }

    /// Reads a consistent snapshot.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await reads.perform(body)
        } catch let error as DatabaseError {
            throw Refusal(error) ?? (error as any Error)
        }
    }

    /// Makes one change in one transaction: all of it is on the disk when the method returns, and its consequences have
    /// been followed, or nothing of it.
    @discardableResult
    func change<Value: Sendable>(
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Value {
        let committed: GroupCommit.Committed<Value>
        do {
            committed = try await commits.perform(body)
        } catch let error as DatabaseError {
            throw Refusal(error) ?? (error as any Error)
        }
        await follow(committed.consequences)
        return committed.value
    }

    func follow(_ consequences: Consequences) async {
        sessionCache.forget(consequences.endedSessions + consequences.renewedSessions)
        guard consequences.needFollowing else { return }
        // A task of its own, because a caller that is cancelled must not take this with it: the change is committed, and
        // nobody would follow it later.
        await Task { [follower] in await follower.follow(consequences) }.value
    }

    /// Whether the database itself is in trouble, as by an I/O error, so that no other change would fare better.
    package static func isAilment(_ error: any Error) -> Bool {
        (error as? DatabaseError).map { $0.resultCode != .SQLITE_CONSTRAINT } ?? false
    }

    /// Answers from a trivial query; throws when the database does not.
    package func ping() async throws {
        _ = try await pool.read { try Int.fetchOne($0, sql: "SELECT 1") }
    }
}

extension Refusal {
    /// What SQLite's result means to who asked (https://www.sqlite.org/rescode.html); nil where only an operator can
    /// make something of it.
    fileprivate init?(_ error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_FULL: self = .storageFull
        case .SQLITE_IOERR: self = .storageTrouble(reason: error.description)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .overloaded(retryAfterSeconds: 1)
        default: return nil
        }
    }
}
