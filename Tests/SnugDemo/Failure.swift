import Glibc
import NIOCore
import NIOPosix
import SnugClient

/// What went wrong, in one line for the person at the terminal.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// - Parameter server: What requests were sent to.
    init(_ error: any Error, server: ServerAddress) {
        switch error {
        case let failure as Failure: self = failure
        case let refusal as UnexpectedAnswer: self.init(refusal)
        default: self.init("No server at \(server.url) (\(Self.reason(error))). Start Snug with: make run")
        }
    }

    private init(_ refusal: UnexpectedAnswer) {
        let answer = refusal.answer
        let (code, detail) = (answer.json.code.text, answer.json.detail.text)
        let problem = code.isEmpty ? String(answer.text.prefix(200)) : "\(code): \(detail)"
        let hint =
            answer.status == 429
            ? " (start the server with SNUG_RATE_SIGNUPS=off make run to remove this limit)" : ""
        self.init("\(answer.request) returned \(answer.status): \(problem)\(hint)")
    }

    /// Why a connection failed, without NIO's details.
    static func reason(_ error: any Error) -> String {
        guard let error = error as? NIOConnectionError else { return "\(error)" }
        guard let attempt = error.connectionErrors.first else { return "the name \(error.host) is unknown" }
        return (attempt.error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(attempt.error)"
    }
}
