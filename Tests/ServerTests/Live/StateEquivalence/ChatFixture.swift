import Fixtures
import Foundation
import SnugClient
import TestSupport

@testable import Server

/// Four people, three of whom share a room that has messages and pictures.
struct ChatFixture: Sendable {
    let (ada, bob, cleo, dora): (Person, Person, Person, Person)
    /// Private: Ada owns it, Bob is an admin, Cleo a member.
    let room: JSON
    /// Public: Cleo owns it and is its only member.
    let lobby: JSON
    /// Cleo's message with a file.
    let message: JSON
    /// Bob's message with two pictures that wait for the worker: one that can be rendered and one that cannot.
    let pictures: JSON
    fileprivate let worker: BlockedWorker

    var path: String { "rooms/\(room.id.text)" }

    /// Unblocks the worker.
    ///
    /// - Parameter waiting: Whether to return only after both pictures are rendered; false if they have been deleted.
    func renderPictures(waiting: Bool = true) async throws {
        try worker.unblock()
        guard waiting else { return }
        for picture in pictures.attachments.elements {
            _ = try await bob.settled(picture)
        }
    }

    /// Posts a message to the room and returns it as people see it.
    func say(_ body: String, by person: Person, _ more: JSON = [:]) async throws -> JSON {
        let draft = (["body": .string(body)] as JSON).merging(more)
        return try await person.post("\(path)/messages", draft).expect(201).json
    }
}

/// Runs a server whose worker is blocked, and creates the fixture on it.
func withChatFixture(_ body: (ChatFixture) async throws -> Void) async throws {
    try await withMemoryFolder { folder in
        let worker = try BlockedWorker(in: folder)
        try await withServer {
            $0.mediaWorker = worker.path
        } internalLimits: {
            $0.tickInterval = .milliseconds(50)
        } _: { server in
            try await body(try await ChatFixture(at: server.site, worker))
        }
    }
}

extension ChatFixture {
    fileprivate init(at site: Site, _ worker: BlockedWorker) async throws {
        self.worker = worker
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

/// A media worker that starts only after it has been unblocked.
private struct BlockedWorker: Sendable {
    /// Of the program.
    let path: String
    /// Of the file whose existence unblocks it.
    private let signal: String

    init(in folder: String) throws {
        path = folder + "/worker"
        signal = folder + "/unblocked"
        let script = """
            #!/bin/sh
            while [ ! -e \(signal) ]; do sleep 0.02; done
            exec \(Executables.mediaWorker) "$@"

            """
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    func unblock() throws {
        try "".write(toFile: signal, atomically: true, encoding: .utf8)
    }
}
