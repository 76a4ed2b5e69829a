import Foundation
import Hashing
import SnugClient
import TestSupport
import Testing
import Vocabulary

/// What a server had acknowledged before its power was cut.
struct AcknowledgedState: Sendable {
    let room: JSON
    /// The texts that each message may have: the last acknowledged one, or one of those that were requested after it.
    let messages: [String: [String]]
    /// SHA-256 by id.
    let uploads: [String: String]

    /// Expects that the server has it all.
    func check(_ person: Person, _ name: Comment) async throws {
        let page = try await person.get("rooms/\(room.id.text)/messages?limit=100").expect(200).json
        let found = Dictionary(uniqueKeysWithValues: page.messages.elements.map { ($0.id.text, $0.body.text) })
        for (id, bodies) in messages {
            #expect(found[id].map(bodies.contains) == true, "\(name): \(found[id] ?? "lost") is none of \(bodies)")
        }
        for (id, sha256) in uploads {
            let original = try await person.get("attachments/\(id)/original").expect(200)
            #expect(Hex.lowercase(SHA256.hash(original.body)) == sha256, name)
            #expect(try await person.settled(id).status == "ready", name)
        }
    }
}

extension RecordedRun {
    /// Nil before the room was acknowledged.
    ///
    /// - Parameter isBefore: Whether a length of the records was reached before the cut.
    func acknowledged(_ isBefore: (Int) -> Bool) -> AcknowledgedState? {
        guard isBefore(roomBytes) else { return nil }
        let texts = messages.compactMapValues { states -> [String]? in
            guard let last = states.lastIndex(where: { isBefore($0.recordedBytes) }) else { return nil }
            return states[last...].map(\.body)
        }
        let known = uploads.filter { isBefore($0.recordedBytes) }
        return AcknowledgedState(
            room: room,
            messages: texts,
            uploads: Dictionary(uniqueKeysWithValues: known.map { ($0.id, $0.sha256) })
        )
    }
}
