/// Why the database did not do what it was asked. The texts are for the log.
package enum EngineError: Error, Equatable {
    /// The disk is full.
    case full
    /// The disk does not read or write.
    case storage(String)
    /// Somebody else holds the database for too long.
    case busy
    /// A rule of the schema forbids the change. The others would fare better.
    case constraint(String)
    case other(String)
}
