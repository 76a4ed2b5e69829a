import NIOCore

/// People who say something in their rooms.
struct Talking: Sendable {
    /// Connections that messages are posted on.
    private static let lanes = 16
    /// About what a person writes: 100 characters.
    private static let sentence =
        "The kettle is on, and somebody has taken the good chair by the window again; come and sit down."

    let stage: Stage
    let village: Village
    let ledger: DeliveryLedger
    let log: CallLog

    /// Says so many messages, at the plan's rate.
    func run(_ count: Int) async throws {
        let clients = stage.makeClients(Self.lanes)
        let pacing = Pacing(stepsPerSecond: stage.plan.messages, lanes: Self.lanes, count: count)
        try await pacing.run { lane, number, due in await say(number, over: clients[lane], due: due) }
        await stage.close(clients)
    }

    private func say(_ number: Int, over client: ChatClient, due: NIODeadline) async {
        ledger.willSend(number, at: due)
        do {
            let text = MessageMark.text(number) + " " + Self.sentence
            let response = try await client.say(
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
