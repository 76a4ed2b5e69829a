import Fixtures
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("Profiles", .timeLimit(.standard))
struct ProfileTests {
    @Test("Others see a new display name, and new messages have it")
    func displayName() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            #expect(try await ada.patch("users/me", ["display_name": "Ada"]).expect(200).json.display_name == "Ada")
            #expect(try await bob.get("users/\(ada.id)").json.display_name == "Ada")
            let room = try await ada.makeRoom()
            #expect(try await ada.say("Hello", in: room).sender.display_name == "Ada")
        }
    }

    @Test("I7: an own picture becomes the avatar, and null removes it for everybody")
    func avatar() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
            let changed = try await ada.patch("users/me", ["avatar_attachment_id": picture.id]).expect(200).json
            #expect(changed.avatar.id == picture.id)
            let thumbnail = changed.avatar.variants.thumbnail.url.text
            #expect(try await server.site.send(.GET, thumbnail).status == 200)
            let cleared = try await ada.patch("users/me", ["avatar_attachment_id": nil]).expect(200).json
            #expect(cleared.avatar == nil)
            #expect(try await server.site.send(.GET, thumbnail).status == 404)
        }
    }

    @Test("I7: only the owner of an avatar sees its filename, hash and URL")
    func avatarOfOthers() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let bob = try await server.register("bob")
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("phone.jpg")))
            let own = try await ada.patch("users/me", ["avatar_attachment_id": picture.id]).expect(200).json.avatar
            #expect(own == picture)
            #expect(try await ada.get("users/me").json.avatar == picture)
            #expect(picture.removed_metadata != [])
            let room = try await ada.makeRoom()
            try await ada.add(bob, to: room)
            let members = try await bob.get("rooms/\(room.id.text)/members").expect(200).json.members
            let seen = [
                try await bob.get("users/\(ada.id)").expect(200).json.avatar,
                try await bob.get("users?q=ada").expect(200).json.users[0].avatar, members[0].user.avatar,
            ]
            for avatar in seen {
                #expect(avatar.id == picture.id)
                #expect(avatar.variants == picture.variants)
                #expect(
                    [avatar.filename, avatar.sha256, avatar.removed_metadata, avatar.original_url] == [
                        nil, nil, nil, nil,
                    ]
                )
            }
        }
    }

    @Test("I7: a picture of somebody else cannot become an avatar")
    func othersAvatar() async throws {
        try await withServer { server in
            let (ada, eve) = (try await server.register("ada"), try await server.register("eve"))
            let picture = try await ada.settled(ada.upload(try Fixture.bytes("textured.jpg")))
            let answer = try await eve.patch("users/me", ["avatar_attachment_id": picture.id])
            #expect(answer.isProblem(404, "not_found"))
            #expect(try await eve.get("users/me").json.avatar == nil)
        }
    }

    @Test("A password change requires the current password")
    func passwordNeedsCurrent() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let missing = try await ada.patch("users/me", ["password": "a new password"])
            #expect(missing.isProblem(422, "invalid"))
            #expect(missing.json.field == "current_password")
            let wrong = try await ada.patch("users/me", ["password": "a new password", "current_password": "a guess"])
            #expect(wrong.isProblem(403, "forbidden"))
            #expect(try await server.site.signIn("ada").status == 201)
        }
    }

    @Test("I7: a new password ends every other session and its live socket; the old password is rejected")
    func passwordEndsOthers() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let thief = Person(site: server.site, signedIn: try await server.site.signIn("ada").json)
            let socket = try await thief.listen()
            let change: JSON = ["password": "a new password", "current_password": .string(Person.password)]
            #expect(try await ada.patch("users/me", change).status == 200)
            #expect(try await socket.closeCode() == 4401)
            #expect(try await thief.get("users/me").status == 401)
            #expect(try await ada.get("users/me").status == 200)
            #expect(try await server.site.signIn("ada").status == 401)
            #expect(try await server.site.signIn("ada", password: "a new password").status == 201)
        }
    }

    @Test("q selects people by a prefix of their names, and is percent-decoded")
    func search() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            _ = try await server.register("bob")
            #expect(try await ada.found("ad") == ["ada"])
            #expect(try await ada.found("%") == [])
        }
    }

    @Test("An unknown user is not found", arguments: ["nonsense", "01890000-0000-7000-8000-000000000000"])
    func unknownUser(id: String) async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            #expect(try await ada.get("users/\(id)").isProblem(404, "not_found"))
        }
    }

    @Test("A person with a live socket is online; when it ends they are offline, with the time")
    func presence() async throws {
        try await withServer(internalLimits: {
            $0.presence.grace = .zero
            $0.tickInterval = .milliseconds(20)
        }) { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            _ = try await ada.makeRoom(with: [bob])
            let socket = try await ada.listen()
            #expect(try await bob.get("users/\(ada.id)").json.status == "online")
            try await socket.close()
            var seen = try await bob.get("users/\(ada.id)").json
            // The time is stored just after the disconnection.
            while seen.status != "offline" || seen.last_seen_at == nil {
                seen = try await bob.get("users/\(ada.id)").json
            }
        }
    }
}

extension Person {
    fileprivate func found(_ prefix: String) async throws -> [String] {
        let query = prefix.replacing("%", with: "%25")
        return try await get("users?q=\(query)").expect(200).json.users.elements.map(\.username.text)
    }
}
