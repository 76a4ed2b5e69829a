import NIOCore
import SnugClient

/// Messages posted over HTTP at the plan's rate, in each room by its members in turn.
struct PostedMessages: Sendable {
    /// Connections that messages are posted on.
    private static let lanes = 16
    /// About as long as what people write: 100 characters.
    private static let sentence =
        "The kettle is on, and somebody has taken the good chair by the window again; come and sit down."

    let session: Session
    let population: Population
    let ledger: DeliveryLedger
    let log: CallLog

    func run(_ count: Int) async throws {
        let connections = session.makeConnections(Self.lanes)
        let pacing = Pacing(stepsPerSecond: session.plan.messages, lanes: Self.lanes, count: count)
        try await pacing.run { lane, number, due in await post(number, over: connections[lane], due: due) }
        await session.close(connections)
    }

    private func post(_ number: Int, over connection: HTTPConnection, due: NIODeadline) async {
        ledger.willSend(number, at: due)
        do {
            let text = MessageMark.text(number) + " " + Self.sentence
            let room = population.room(of: number).id
            let answer = try await population.sender(of: number).at(connection).postMessage(text, in: room).expect(201)
            log.succeeded(milliseconds: due.milliseconds(until: answer.finished))
        } catch {
            ledger.withdraw(number)
            log.failed("\(error)")
        }
    }
}
