import NIOCore

/// People who open a room and read what was said there.
struct Reading: Sendable {
    let village: Village
    let log: CallLog
    let clients: [ChatClient]

    func read(_ number: Int, lane: Int, due: NIODeadline) async {
        do {
            let response = try await clients[lane].readHistory(
                of: village.room(of: number).id,
                by: village.speaker(of: number)
            )
            guard response.status == 200 else {
                throw ChatClient.Refused(what: "a history page", response: response)
            }
            log.succeeded(milliseconds: due.milliseconds(until: response.finished))
        } catch {
            log.failed("\(error)")
        }
    }
}
