import SnugClient
import TestSupport
import Testing

@Suite("Repeated messages", .timeLimit(.standard))
struct RepeatTests {
    private let clientID = "0b6e1f0a-5c5e-4d8e-9f0a-0123456789ab"

    @Test("I3: the same client message id returns the first message and creates nothing")
    func again() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let room = try await ada.makeRoom()
            let path = "rooms/\(room.id.text)/messages"
            let draft: JSON = ["body": "Once", "client_message_id": .string(clientID)]
            let first = try await ada.post(path, draft).expect(201)
            #expect(first.json.client_message_id.text == clientID)
            #expect(first[header: "idempotency-replayed"] == nil)
            let again = try await ada.post(path, draft).expect(201)
            #expect(again.json == first.json)
            #expect(again[header: "idempotency-replayed"] == "true")
            #expect(try await ada.get(path).json.messages.elements.count == 1)
        }
    }

    @Test("A client message id used in another room is a mismatch")
    func otherRoom() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let (room, other) = (try await ada.makeRoom(), try await ada.makeRoom())
            let draft: JSON = ["body": "Once", "client_message_id": .string(clientID)]
            _ = try await ada.post("rooms/\(room.id.text)/messages", draft).expect(201)
            let answer = try await ada.post("rooms/\(other.id.text)/messages", draft)
            #expect(answer.isProblem(422, "idempotency_mismatch"))
        }
    }
}
