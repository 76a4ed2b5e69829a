import Chat
import Vocabulary

extension Store {
    /// When a write counts as done (SQLite `PRAGMA synchronous`).
    package enum Synchronous: String, Sendable, CaseIterable {
        /// When it is on the disk: survives power loss.
        case full
        /// When the operating system has it: survives a killed process.
        case normal
    }

    /// The kind of program that opens a database.
    package enum Role: Sendable {
        /// The only server of a storage: creates the database, brings its schema up to date, and maintains its epoch.
        case server
        /// Another program, such as the janitor: uses the database as it is.
        case guest
    }

    /// Name of the database in the storage folder.
    package static let fileName = "snug.sqlite"
    /// Name of the database of old messages, in the same folder.
    package static let archiveName = ArchiveFile.name
    /// Names of all databases in the storage folder, in the order in which a backup copies them: rows that move from one
    /// to another must have reached the later one first.
    package static let databaseNames = [fileName, archiveName]
    /// Names of the files in the storage folder that programs write through this module.
    package static let fileNames =
        ["", "-wal", "-shm", "-mark"].map { fileName + $0 } + ["", "-wal", "-shm"].map { archiveName + $0 }

    /// Creates the store of a database.
    ///
    /// - Parameters:
    ///   - commitGroup: Maximum number of writes that share a transaction; 1–64.
    ///   - rates: How often each person may do things; no limits by default.
    ///   - follower: Acts on the consequences of every commit.
    ///   - disk: Decides which changes the free space of the disk allows; all of them by default.
    package init(
        _ database: OpenDatabase,
        commitGroup: Int = GroupCommit.maxGroup,
        limits: ChatLimits = ChatLimits(),
        retries: RetrySchedule = RetrySchedule(),
        now: @escaping @Sendable () -> Timestamp = { .now },
        rates: PersonRates = PersonRates(),
        follower: some ConsequenceFollower,
        disk: any DiskGuard = UnguardedDisk()
    ) {
        self.init(limits: limits, retries: retries, now: now, rates: rates, follower: follower, disk: disk) { publish in
            SQLiteEngine(database, commitGroup: commitGroup, now: now, publish: publish)
        }
    }

    /// Opens the database at `path` for a program other than the server, in which changes have no consequences. Blocks.
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

    /// Inspects the database at `path` without changing it. Blocks.
    ///
    /// - Throws: `DatabaseRefusal` for a database that must not be opened.
    package static func inspect(path: String, lockPath: String? = nil) throws -> DatabaseInspection {
        try DatabaseFile(path: path, lockPath: lockPath).inspect()
    }

    /// Whether the database at `path` has been put back from a backup, or replaced, since its server last ran: at its
    /// next start, the server gives it a new epoch. Blocks.
    package static func isUnknownToServer(path: String, lockPath: String? = nil) throws -> Bool {
        try DatabaseFile(path: path, lockPath: lockPath).isUnknownToServer()
    }
}
