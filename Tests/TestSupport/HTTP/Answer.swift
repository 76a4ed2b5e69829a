import NIOHTTP1
import Testing

/// What came back for a request.
package struct Answer: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: [UInt8]

    /// The body as JSON; `missing` when it is none.
    package var json: JSON { (try? JSON(parsing: body)) ?? .missing }

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The first header of that name.
    package subscript(header name: String) -> String? { headers.first(name: name) }

    /// Whether it is an error in the contract's form, with this status and code.
    package func isProblem(_ status: Int, _ code: String) -> Bool {
        let problem = json
        return self.status == status && self[header: "content-type"] == "application/problem+json"
            && problem.type == "about:blank" && problem.status == .int(status) && problem.code == .string(code)
            && !problem.title.text.isEmpty && !problem.detail.text.isEmpty
    }

    /// The answer itself where it has the status that the test needs to go on.
    package func expect(_ status: Int) throws -> Answer {
        guard self.status == status else { throw UnexpectedAnswer(answer: self, expected: status) }
        return self
    }
}

/// A step that a test only prepares with did not work.
package struct UnexpectedAnswer: Error, CustomStringConvertible {
    let answer: Answer
    let expected: Int

    package var description: String { "expected \(expected), got \(answer.status): \(answer.text.prefix(500))" }
}

extension Answer: CustomTestStringConvertible {
    package var testDescription: String { "\(status) \(text.prefix(300))" }
}
