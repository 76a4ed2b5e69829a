import NIOCore
import NIOHTTP1

/// The response to a request.
package struct Answer: Sendable {
    /// What it answers, for example `GET /health`.
    package let request: String
    package let status: Int
    package let headers: HTTPHeaders
    package let body: [UInt8]
    /// When the last byte arrived.
    package let finished: NIODeadline

    /// The body as JSON; `missing` if it is not JSON.
    package var json: JSON { .orMissing(body) }

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The first header of that name.
    package subscript(header name: String) -> String? { headers.first(name: name) }

    /// Returns the answer itself if it has the expected status.
    ///
    /// - Throws: ``UnexpectedAnswer`` if it has another one.
    package func expect(_ status: Int) throws -> Answer {
        guard self.status == status else { throw UnexpectedAnswer(answer: self, expected: status) }
        return self
    }
}

/// A request was answered with another status than the client can continue with.
package struct UnexpectedAnswer: Error, CustomStringConvertible {
    package let answer: Answer
    package let expected: Int

    package var description: String {
        "\(answer.request): expected \(expected), got \(answer.status): \(answer.text.prefix(500))"
    }
}
