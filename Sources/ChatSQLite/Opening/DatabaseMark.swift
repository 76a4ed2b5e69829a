/// What a storage knows of its database, kept in a file beside it. A database that differs was put back from a backup, or
/// is another one, and must not go on with its epoch.
struct DatabaseMark: Equatable, Sendable {
    /// Whether a database with one of `tokens` may keep its epoch. Not while a new epoch is being written.
    var isProof: Bool
    /// Tokens of which the database has one: the newest, and the one before while the newest is being written.
    var tokens: [String]
    /// Tokens of which the database's file has one without its log. An empty one is that of a file from before tokens.
    var fileTokens: [String]
    /// Position that the log has reached at least.
    var position: Int64
    var database: FileIdentity
    /// A file that nobody writes to: that it has changed shows that the whole folder is a copy.
    var lock: FileIdentity?

    /// Whether this describes the database that is there now.
    func proves(_ found: DatabaseMark) -> Bool {
        isProof && tokens.contains(found.tokens[0]) && found.position >= position
            && database.isSameFile(as: found.database) && lock == found.lock
    }

    /// Whether a log that lies beside the file was written for another state of it. Replaying it would undo what an
    /// operator has put back, or spoil it.
    ///
    /// - Parameter token: Of the file without its log; nil when it cannot be read.
    func rejectsLog(token: String?, database found: FileIdentity, lock foundLock: FileIdentity?) -> Bool {
        if let token, !fileTokens.contains(token) { return true }
        // In a copy of the whole folder every file is another one, and they still belong together.
        return lock == foundLock && database.wasReplaced(by: found)
    }
}

extension DatabaseMark {
    /// Digits of the position, which stands first so that it can be written over in place.
    static let positionDigits = 20
    static let positionOffset = 9

    static func digits(of position: Int64) -> String {
        let digits = String(position)
        return String(repeating: "0", count: positionDigits - digits.utf8.count) + digits
    }

    var text: String {
        """
        position \(Self.digits(of: position))
        proof \(isProof ? "yes" : "no")
        tokens \(tokens.map(Self.word).joined(separator: " "))
        file_tokens \(fileTokens.map(Self.word).joined(separator: " "))
        database \(Self.words(database))
        lock \(lock.map(Self.words) ?? "none")

        """
    }

    /// Nil for anything that `text` does not write.
    init?(_ text: String) {
        var lines: [Substring: [String]] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            lines[words[0]] = words.dropFirst().map { $0 == "-" ? "" : String($0) }
        }
        guard let position = lines["position"]?.first.flatMap({ Int64($0) }), let proof = lines["proof"]?.first,
            let tokens = lines["tokens"], !tokens.isEmpty, let fileTokens = lines["file_tokens"], !fileTokens.isEmpty,
            let database = lines["database"].flatMap(Self.identity), let lock = lines["lock"]
        else { return nil }
        self.init(
            isProof: proof == "yes",
            tokens: tokens,
            fileTokens: fileTokens,
            position: position,
            database: database,
            lock: Self.identity(lock)
        )
    }

    private static func word(_ token: String) -> String { token.isEmpty ? "-" : token }

    private static func words(_ identity: FileIdentity) -> String {
        "\(identity.inode) \(identity.bornAt) \(identity.changedAt)"
    }

    private static func identity(_ words: [String]) -> FileIdentity? {
        guard words.count == 3, let inode = UInt64(words[0]), let born = Int64(words[1]), let changed = Int64(words[2])
        else { return nil }
        return FileIdentity(inode: inode, bornAt: born, changedAt: changed)
    }
}
