@testable import Chat

extension Store {
    /// Position of the newest event ever written; 0 before the first.
    func logPosition() throws -> Int64 {
        try database.logPosition()
    }
}
