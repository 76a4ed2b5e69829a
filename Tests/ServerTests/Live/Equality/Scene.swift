import Fixtures
import Foundation
import SnugClient
import TestSupport

@testable import Server

/// A room with four people, one of them outside, and things in it that may change.
struct Scene: Sendable {
    let (ada, bob, cleo, dora): (Person, Person, Person, Person)
    /// Private: Ada owns it, Bob is an admin, Cleo a member.
    let room: JSON
    /// Public: Cleo owns it and is alone in it.
    let lobby: JSON
    /// Cleo's, with a file.
    let message: JSON
    /// Bob's, with two pictures that wait for the worker: one that can be rendered and one that cannot.
    let pictures: JSON
    fileprivate let gate: Gate

    var path: String { "rooms/\(room.id.text)" }

    /// Lets the worker render, and returns when it has.
    ///
    /// - Parameter waiting: False where the pictures have gone.
    func letPicturesThrough(waiting: Bool = true) async throws {
        try gate.open()
        guard waiting else { return }
        for picture in pictures.attachments.elements {
            _ = try await bob.settled(picture)
        }
    }

    /// What people see of it after it has been said.
    func say(_ body: String, by person: Person, _ more: JSON = [:]) async throws -> JSON {
        let draft = (["body": .string(body)] as JSON).merging(more)
        return try await person.post("\(path)/messages", draft).expect(201).json
    }
}

/// Sets the scene on a server whose worker waits.
func withScene(_ body: (Scene) async throws -> Void) async throws {
    try await withMemoryFolder { folder in
        let gate = try Gate(in: folder)
        try await withServer {
            $0.mediaWorker = gate.worker
        } internalLimits: {
            $0.tickInterval = .milliseconds(50)
        } _: { server in
            try await body(try await Scene(at: server.site, gate))
        }
    }
}

extension Scene {
    fileprivate init(at site: Site, _ gate: Gate) async throws {
        self.gate = gate
        ada = try await site.register("ada")
        bob = try await site.register("bob")
        cleo = try await site.register("cleo")
        dora = try await site.register("dora")
        room = try await ada.makeRoom(with: [cleo])
        try await ada.add(bob, to: room, as: "admin")
        lobby = try await cleo.makeRoom("Lobby", kind: "public")
        let note = try await cleo.upload(Array("A note".utf8), named: "note.txt")
        message = try await cleo.say("Hello", in: room, with: [note])
        let whole = try await bob.upload(try Fixture.bytes("textured.jpg"))
        let broken = try await bob.upload(try Fixture.bytes("header-only.jpg"))
        pictures = try await bob.say("Look!", in: room, with: [whole, broken])
    }
}

/// A media worker that begins only when it is let.
private struct Gate: Sendable {
    let worker: String
    private let key: String

    init(in folder: String) throws {
        worker = folder + "/worker"
        key = folder + "/open"
        let script = """
            #!/bin/sh
            while [ ! -e \(key) ]; do sleep 0.02; done
            exec \(Executables.mediaWorker) "$@"

            """
        try script.write(toFile: worker, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: worker)
    }

    func open() throws {
        try "".write(toFile: key, atomically: true, encoding: .utf8)
    }
}
