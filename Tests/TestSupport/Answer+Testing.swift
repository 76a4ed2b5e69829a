import SnugClient
import Testing

extension Answer: CustomTestStringConvertible {
    package var testDescription: String { "\(status) \(text.prefix(300))" }

    /// Whether it is a problem with this status and code.
    package func isProblem(_ status: Int, _ code: String) -> Bool {
        let problem = json
        return self.status == status && self[header: "content-type"] == "application/problem+json"
            && problem.type == "about:blank" && problem.status == .int(status) && problem.code == .string(code)
            && !problem.title.text.isEmpty && !problem.detail.text.isEmpty
    }
}
