import NIOCore

/// One person who posts photographs, the next one when the last one's variants are ready.
struct Uploading: Sendable {
    /// A photograph that everybody can look at.
    struct Posted: Sendable {
        /// When the event arrived that says that all variants are ready.
        let ready: NIODeadline
        /// Milliseconds from the `201` to that event.
        let wait: Double
    }

    let person: Person
    let room: Room
    let client: ChatClient
    let watch: AttachmentWatch
    /// Times from the request to its `201`.
    let log: CallLog

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
            let response = try await client.upload(photograph, by: person)
            let id = try client.attachmentID(in: response)
            log.succeeded(milliseconds: started.milliseconds(until: response.finished))
            let arrival = watch.expect(id)
            let message = try await client.say("Look!", attachments: [id], in: room.id, by: person)
            guard message.status == 201 else { throw ChatClient.Refused(what: "a photograph", response: message) }
            let ready = try await arrival.get()
            return Posted(ready: ready, wait: response.finished.milliseconds(until: ready))
        } catch {
            log.failed("\(error)")
            // A refusal comes fast; asking again at once would be a load of its own.
            try? await Task.sleep(for: .milliseconds(500))
            return nil
        }
    }
}
