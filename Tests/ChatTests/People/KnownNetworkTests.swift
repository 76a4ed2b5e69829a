import TestSupport
import Testing

@testable import Chat

@Suite("Known networks", .timeLimit(.standard))
struct KnownNetworkTests {
    private let home = Network(v4: 0xC000_0201)
    private let office = Network(v6: 0x2001_0DB8_0000_0000)

    @Test("A sign-in, a registration and the use of a session make a network known for that person only")
    func known() async throws {
        try await withChat { chat in
            let store = chat.store
            let ada = try await store.people.register(
                username: "ada",
                displayName: "Ada",
                passwordHash: "hash",
                from: home
            )
            let bob = try await chat.person("bob")
            let knows = { (network: Network, name: String) in try await store.people.knows(network, ofNamed: name) }
            #expect(try await knows(home, "ada"))
            #expect(try await !knows(home, "bob"))
            #expect(try await !knows(office, "ada"))
            #expect(try await !knows(home, "nobody"))
            _ = try await store.people.createSession(for: bob, from: office)
            #expect(try await knows(office, "bob"))
            _ = try await store.people.session(of: ada.token) { office }
            #expect(try await !knows(office, "ada"))
            chat.clock.advance(by: .seconds(3600))
            _ = try await store.people.session(of: ada.token) { office }
            #expect(try await knows(office, "ada"))
        }
    }

    @Test("I8: above the limit the oldest network is removed, also after the clock was set back")
    func limit() async throws {
        var limits = ChatLimits()
        limits.networksPerPerson = 2
        try await withChat(limits: limits) { chat in
            let ada = try await chat.person("ada")
            let networks = (1...4).map { Network(v4: $0) }
            for network in networks[..<3] {
                _ = try await chat.store.people.createSession(for: ada, from: network)
                chat.clock.advance(by: .seconds(60))
            }
            chat.clock.advance(by: .seconds(-3600))
            _ = try await chat.store.people.createSession(for: ada, from: networks[3])
            var known: [Bool] = []
            for network in networks { known.append(try await chat.store.people.knows(network, ofNamed: "ada")) }
            #expect(known == [false, false, true, true])
        }
    }
}
