import SnugClient
import TestSupport
import Testing

@Suite("Roles", .timeLimit(.standard))
struct RoleTests {
    @Test("Requests that the role does not allow are answered with 403, and change nothing")
    func forbidden() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let cem = try await server.register("cem")
            let room = try await ada.makeRoom(with: [bob])
            let path = "rooms/\(room.id.text)"
            let message = try await ada.say("Mine", in: room)
            let answers = [
                try await bob.patch(path, ["name": "Renamed", "topic": ""]),
                try await bob.delete(path),
                try await bob.patch("\(path)/members/\(bob.id)", ["role": "admin"]),
                try await bob.post("\(path)/members", ["user_id": .string(cem.id)]),
                try await bob.delete("\(path)/members/\(ada.id)"),
                try await bob.delete(bob.path(of: message)),
                try await bob.patch(bob.path(of: message), ["body": "Yours"]),
            ]
            for answer in answers { #expect(answer.isProblem(403, "forbidden")) }
            #expect(try await ada.get(path).json.name == "The snug")
            #expect(try await bob.get(path).json.role == "member")
            #expect(try await ada.get(ada.path(of: message)).json == message)
        }
    }

    @Test("Requests that the role allows are answered with what they changed, or with 204")
    func allowed() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let cem = try await server.register("cem")
            let room = try await ada.makeRoom(with: [bob, cem])
            let path = "rooms/\(room.id.text)"
            let renamed = try await ada.patch(path, ["name": "Renamed", "topic": ""]).expect(200).json
            #expect(renamed.name == "Renamed")
            let member = try await ada.patch("\(path)/members/\(bob.id)", ["role": "admin"]).expect(200).json
            #expect(member.role == "admin")
            #expect(try await bob.get(path).json.role == "admin")
            let message = try await cem.say("Mine", in: room)
            #expect(try await bob.delete(bob.path(of: message)).status == 204)
            #expect(try await bob.delete("\(path)/members/\(cem.id)").status == 204)
            #expect(try await cem.get(path).isProblem(404, "not_found"))
            #expect(try await ada.delete(path).status == 204)
            #expect(try await bob.get(path).isProblem(404, "not_found"))
        }
    }

    @Test("A room without an owner is a conflict, and the role of a person who is not a member is not found")
    func impossible() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            let members = "rooms/\(try await ada.makeRoom().id.text)/members"
            #expect(try await ada.patch("\(members)/\(ada.id)", ["role": "member"]).isProblem(409, "conflict"))
            #expect(try await ada.patch("\(members)/\(bob.id)", ["role": "admin"]).isProblem(404, "not_found"))
            #expect(try await ada.delete("\(members)/\(bob.id)").isProblem(404, "not_found"))
        }
    }

    @Test("An unknown role is rejected", arguments: ["king", ""])
    func unknownRole(role: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let path = "rooms/\(try await ada.makeRoom().id.text)/members/\(ada.id)"
            let answer = try await ada.patch(path, ["role": .string(role)])
            #expect(answer.isProblem(422, "invalid"))
            #expect(answer.json.field == "role")
        }
    }
}
