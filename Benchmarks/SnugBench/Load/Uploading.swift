import NIOCore
import SnugClient

/// A room's owner who posts photographs, the next one when the variants of the last one are ready.
struct Uploading: Sendable {
    /// A photograph whose variants are ready.
    struct Posted: Sendable {
        /// When the event that announces it arrived.
        let ready: NIODeadline
        /// Milliseconds from the `201` to that event.
        let wait: Double
    }

    private let room: Room
    private let person: Person
    private let watch: AttachmentWatch
    private let log: CallLog

    /// - Parameter log: Receives the times from each request to its `201`.
    init(room: Room, connection: HTTPConnection, watch: AttachmentWatch, log: CallLog) {
        (self.room, self.watch, self.log) = (room, watch, log)
        person = room.members[0].at(connection)
    }

    func post(_ photographs: [Photograph], until end: NIODeadline) async -> [Posted] {
        var posted: [Posted] = []
        var next = 0
        while NIODeadline.now() < end, !Task.isCancelled {
            if let one = await post(photographs[next % photographs.count]) { posted.append(one) }
            next += 1
        }
        return posted
    }

    /// Nil when something failed, which is then in the log.
    func post(_ photograph: Photograph) async -> Posted? {
        let started = NIODeadline.now()
        do {
            let upload = try await person.postAttachment(
                photograph.bytes,
                named: photograph.name,
                headers: ["content-type": photograph.mediaType]
            ).expect(201)
            log.succeeded(milliseconds: started.milliseconds(until: upload.finished))
            let id = upload.json.id.text
            let arrival = watch.expect(id)
            _ = try await person.postMessage("Look!", in: room.id, with: [id]).expect(201)
            let ready = try await arrival.get()
            return Posted(ready: ready, wait: upload.finished.milliseconds(until: ready))
        } catch {
            log.failed("\(error)")
            // A refusal comes fast; asking again at once would be a load of its own.
            try? await Task.sleep(for: .milliseconds(500))
            return nil
        }
    }
}
