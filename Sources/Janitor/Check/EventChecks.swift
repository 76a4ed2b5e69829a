import Chat

extension Check {
    /// Gaps in the numbers of a room's events, and events in another order than their numbers. The log is made to begin
    /// after them, so that clients with an older cursor load their rooms again.
    static let eventOrder = Check(
        name: "event_order",
        summary: "events do not follow the one before them"
    ) { fsck, found in
        try await fsck.walk(fsck.checks.brokenEvents, found)
    } describe: { (event: BrokenEvent) in
        let problem =
            event.previousPosition.map { "the one before is at position \($0)" } ?? "the one before is missing"
        return Finding(subject: "event \(event.position)", detail: "number \(event.seq) of \(event.room); \(problem)")
    } repair: { fsck, event in
        // Raising the floor to a later event covers an earlier one too.
        _ = try await fsck.checks.startLog(after: event)
        return true
    }

    /// Events about a message that is not there. Clients do not receive them.
    static let eventReferences = Check(
        name: "event_references",
        summary: "events refer to messages that are not there, or cannot be read",
        advice: "clients do not receive them, and the log forgets them after its grace period"
    ) { fsck, found in
        try await fsck.walk(fsck.checks.danglingEvents, found)
    } describe: { (event: DanglingEvent) in
        switch event.problem {
        case .noMessage(let message):
            Finding(subject: "event \(event.position)", detail: "there is no message \(message)")
        case .unreadable: Finding(subject: "event \(event.position)", detail: "its kind or content cannot be read")
        }
    }
}
