import Foundation
import Kernel

/// The operator's end of the ``ControlSocket``.
package enum ControlClient {
    /// Seconds to wait for an answer. A server that is busy may need some.
    private static let patience = 60

    /// Requests a command from the server that is running in this storage. Blocks.
    ///
    /// - Returns: Nil if no server is running, or if it has not opened its control socket yet.
    /// - Throws: `FileFailure`.
    package static func request(_ command: AccountCommand, in storage: String) throws -> AccountCommandReply? {
        let answer = try LocalSocket.request(
            Array(JSONEncoder().encode(command)),
            from: ControlSocket.name,
            in: storage,
            seconds: patience,
            limit: ControlSocket.maxLineBytes
        )
        return try answer.map { try JSONDecoder().decode(AccountCommandReply.self, from: Data($0)) }
    }
}
