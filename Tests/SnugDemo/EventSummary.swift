import Foundation
import SnugClient

/// An event in one line: its type and what it is about.
struct EventSummary: CustomStringConvertible {
    private let event: JSON

    init(_ event: JSON) {
        self.event = event
    }

    /// The attachments that the event contains.
    var attachments: [JSON] {
        event.attachment == .missing ? event.message.attachments.elements : [event.attachment]
    }

    var description: String {
        event.type.text.padding(toLength: max(18, event.type.text.count), withPad: " ", startingAt: 0) + " " + subject
    }

    private var subject: String {
        if event.message != .missing {
            let message = event.message
            let states = attachments.map { "\($0.filename.text): \($0.status.text)" }.joined(separator: ", ")
            return "\(message.sender.display_name.text): \(message.body.text)" + (states.isEmpty ? "" : " [\(states)]")
        }
        if event.attachment != .missing {
            let picture = event.attachment
            return "\(picture.filename.text): \(picture.status.text), \(picture.width.number)×\(picture.height.number)"
        }
        return ["user_id", "status"].filter { event[$0] != .missing }.map { "\($0) \(event[$0].text)" }
            .joined(separator: ", ")
    }
}

/// Time since the upload began.
struct Timeline: Sendable {
    private let start = ContinuousClock.now

    /// Milliseconds, right-aligned.
    var now: String {
        let text = String(format: "%.1f ms", (ContinuousClock.now - start) / .milliseconds(1))
        return "  " + String(repeating: " ", count: max(0, 9 - text.count)) + text
    }
}

extension Int {
    /// With commas between groups of three digits.
    var grouped: String {
        let digits = String(self)
        return digits.enumerated().reduce(into: "") { text, digit in
            if digit.offset > 0, (digits.count - digit.offset).isMultiple(of: 3) { text.append(",") }
            text.append(digit.element)
        }
    }
}
