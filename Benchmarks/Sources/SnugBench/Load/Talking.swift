import NIOCore

/// People who say something in their rooms.
struct Talking: Sendable {
    let village: Village
    let ledger: DeliveryLedger
    let log: CallLog
    let clients: [ChatClient]

    /// About what a person writes: 100 characters.
    private static let sentence =
        "The kettle is on, and somebody has taken the good chair by the window again; come and sit down."

    func say(_ number: Int, lane: Int, due: NIODeadline) async {
        ledger.willSend(number, at: due)
        do {
            let text = MessageMark.text(number) + " " + Self.sentence
            let response = try await clients[lane].say(
                text,
                in: village.room(of: number).id,
                by: village.speaker(of: number)
            )
            guard response.status == 201 else {
                throw ChatClient.Refused(what: "a message", response: response)
            }
            log.succeeded(milliseconds: due.milliseconds(until: response.finished))
        } catch {
            ledger.withdraw(number)
            log.failed("\(error)")
        }
    }
}
