/// A failure of the database. The texts are for the log.
package enum EngineError: Error, Equatable {
    /// The disk is full.
    case full
    /// The disk failed to read or write.
    case storage(String)
    /// Another connection has locked the database for too long.
    case busy
    /// A statement has run for longer than the engine allows and was interrupted. Carries the statement.
    case tooSlow(String)
    /// A constraint of the schema rejected the change. Other changes are not affected.
    case constraint(String)
    case other(String)
}
