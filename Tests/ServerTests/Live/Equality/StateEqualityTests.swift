import TestSupport
import Testing

@Suite("What events tell is what is fetched", .timeLimit(.standard))
struct StateEqualityTests {
    @Test(
        "I2: a client that keeps an old copy by events has what one has that fetches anew, live and after being away",
        arguments: Happening.all
    )
    func everyKind(happening: Happening) async throws {
        try await withScene { scene in
            var (present, absent): ([Device], [Device]) = ([], [])
            for person in [scene.ada, scene.bob, scene.cleo, scene.dora] {
                present.append(try await Device(of: person))
                absent.append(try await Device(of: person))
            }
            for index in present.indices { try await present[index].settle() }
            for index in absent.indices {
                try await absent[index].settle()
                try await absent[index].goAway()
            }
            try await happening.act(scene)
            for index in present.indices { try await present[index].settle() }
            for index in absent.indices {
                try await absent[index].comeBack()
                try await absent[index].settle()
            }
            for devices in [present, absent] {
                let heard = devices.reduce(into: Set()) { $0.formUnion($1.heard) }
                #expect(heard.isSuperset(of: happening.kinds))
            }
            // Bob stays through all of it, so nothing keeps him from being told everything.
            #expect(absent[1].freshStarts == 0)
        }
    }

    @Test("Who goes away before they are told of a receipt hears of it when they come back")
    func untoldReceipt() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let cleo = try await server.register("cleo")
            let room = try await ada.makeRoom(with: [bob, cleo])
            let socket = try await cleo.listen()
            let message = try await ada.say("Read me", in: room)
            var device = try await Device(of: ada)
            try await device.settle()
            _ = try await bob.post("rooms/\(room.id.text)/read", ["seq": message.seq]).expect(204)
            _ = try await bob.say("Read", in: room)
            try await device.hear(until: "message.created")
            try await device.goAway()
            // Now it is told, to who is there.
            while try await socket.nextSignal("receipt").user_id.text != bob.id {}
            try await device.comeBack()
            try await device.settle()
        }
    }
}
