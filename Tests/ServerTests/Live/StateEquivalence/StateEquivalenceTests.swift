import TestSupport
import Testing

@Suite("State from events equals fetched state", .timeLimit(.standard))
struct StateEquivalenceTests {
    @Test(
        "I2: a client that applies events has the state that a fresh fetch returns, after staying and after resuming",
        arguments: ChatAction.all
    )
    func everyAction(action: ChatAction) async throws {
        try await withChatFixture { chat in
            var (present, absent): ([SyncedClient], [SyncedClient]) = ([], [])
            for person in [chat.ada, chat.bob, chat.cleo, chat.dora] {
                present.append(try await SyncedClient(of: person))
                absent.append(try await SyncedClient(of: person))
            }
            for index in present.indices { try await present[index].catchUp() }
            for index in absent.indices {
                try await absent[index].catchUp()
                try await absent[index].disconnect()
            }
            try await action.perform(chat)
            for index in present.indices { try await present[index].catchUp() }
            for index in absent.indices {
                try await absent[index].reconnect()
                try await absent[index].catchUp()
            }
            for clients in [present, absent] {
                let types = clients.reduce(into: Set()) { $0.formUnion($1.receivedTypes) }
                #expect(types.isSuperset(of: action.eventTypes))
            }
            // Bob stays a member throughout, so he can always resume.
            #expect(absent[1].freshStarts == 0)
        }
    }

    @Test("A client that disconnects before a receipt is announced receives the receipt when it resumes")
    func unannouncedReceipt() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let cleo = try await server.register("cleo")
            let room = try await ada.makeRoom(with: [bob, cleo])
            let socket = try await cleo.listen()
            let message = try await ada.say("Read me", in: room)
            var client = try await SyncedClient(of: ada)
            try await client.catchUp()
            _ = try await bob.post("rooms/\(room.id.text)/read", ["seq": message.seq]).expect(204)
            _ = try await bob.say("Read", in: room)
            try await client.receive(until: "message.created")
            try await client.disconnect()
            // Now it is announced to those who are connected.
            while try await socket.nextTransientEvent("receipt").user_id.text != bob.id {}
            try await client.reconnect()
            try await client.catchUp()
        }
    }
}
