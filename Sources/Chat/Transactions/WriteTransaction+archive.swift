import Vocabulary

extension WriteTransaction {
    /// Changes a message. An archived one returns to `messages` first, because a change writes one file only: its copy
    /// in the archive counts no longer, and the janitor replaces it.
    ///
    /// - Parameters:
    ///   - assignments: What follows `SET`.
    ///   - values: The values of the assignments.
    func updateMessage(_ id: Identifier<Message>, _ assignments: String, _ values: SQLValues) throws {
        let sql = "UPDATE messages SET \(assignments) WHERE id = ?"
        guard try execute(sql, values + [id]) == 0, try returnToMessages(id) else { return }
        try execute(sql, values + [id])
    }

    /// Copies a message that is only in the archive back into `messages`.
    ///
    /// - Returns: False if there is no such message.
    func returnToMessages(_ id: Identifier<Message>) throws -> Bool {
        try execute(Snapshot.returnToMessages, [id]) == 1
    }
}
