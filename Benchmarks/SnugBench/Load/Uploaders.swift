import NIOCore

/// The users who upload at the same time: the first one of each of the first rooms.
struct Uploaders: Sendable {
    let session: Session
    let population: Population
    let subscribers: Subscribers
    /// Times from each request to its `201`.
    let log: CallLog

    /// Each posts the session's photographs one after another, and each begins with another one.
    func post(until end: NIODeadline) async -> [Uploading.Posted] {
        await withTaskGroup { tasks in
            for (number, watch) in subscribers.watches.enumerated() {
                let first = number % session.photographs.count
                let photographs = session.photographs[first...] + session.photographs[..<first]
                tasks.addTask { await post(Array(photographs), as: number, watch, until: end) }
            }
            return await tasks.reduce(into: []) { $0 += $1 }
        }
    }

    private func post(
        _ photographs: [Photograph],
        as number: Int,
        _ watch: AttachmentWatch,
        until end: NIODeadline
    ) async -> [Uploading.Posted] {
        let room = population.rooms[number]
        return await session.withConnection { connection in
            await Uploading(room: room, connection: connection, watch: watch, log: log).post(photographs, until: end)
        }
    }
}
