import Chat
import Logging

extension Logger {
    /// Logs what an operator has to look into about an error whose client has a proper answer.
    func reportFailure(_ error: any Error) {
        switch error {
        case Refusal.storageFull: reportDatabase("no space left in the database")
        case Refusal.storageTrouble(let reason): reportDatabase(reason)
        case Refusal.tookTooLong(let reason):
            warning("An operation was interrupted because it took too long", metadata: ["operation": "\(reason)"])
        default: break
        }
    }

    private func reportDatabase(_ failure: String) {
        error(
            "The database could not be written: check the health and the free space of the disk",
            metadata: ["error": "\(failure)"]
        )
    }
}
