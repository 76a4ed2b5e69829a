import NIOCore
import SnugClient

/// Users who open a room and read its newest messages.
struct HistoryReads: Sendable {
    let population: Population
    let log: CallLog
    let connections: [HTTPConnection]

    func read(_ number: Int, lane: Int, due: NIODeadline) async {
        do {
            let room = population.room(of: number).id
            let answer = try await population.sender(of: number).at(connections[lane])
                .get("rooms/\(room)/messages?limit=50").expect(200)
            log.succeeded(milliseconds: due.milliseconds(until: answer.finished))
        } catch {
            log.failed("\(error)")
        }
    }
}
