import NIOCore

/// The people who upload at the same time: the first one of each of the first rooms.
struct Uploaders: Sendable {
    let stage: Stage
    let village: Village
    let audience: Audience
    /// Times from each request to its `201`.
    let log: CallLog

    /// Everybody posts the stage's photographs one after another, each beginning with another one.
    func post(until end: NIODeadline) async -> [Uploading.Posted] {
        await withTaskGroup { tasks in
            for (number, watch) in audience.watches.enumerated() {
                let first = number % stage.photographs.count
                let photographs = stage.photographs[first...] + stage.photographs[..<first]
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
        let room = village.rooms[number]
        let client = stage.makeClient()
        let uploading = Uploading(person: room.members[0], room: room, client: client, watch: watch, log: log)
        let posted = await uploading.post(photographs, until: end)
        await client.close()
        return posted
    }
}
