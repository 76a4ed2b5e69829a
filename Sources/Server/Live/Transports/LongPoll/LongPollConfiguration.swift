/// Limits of long polling.
struct LongPollConfiguration: Sendable {
    /// Longest time in seconds that a client may ask a poll to wait.
    var maxWait: Int64 = 60
    /// Time in seconds that a poll waits unless the client asks for another.
    var defaultWait: Int64 = 25
    var connection = PollingConnection.Limits()
}
