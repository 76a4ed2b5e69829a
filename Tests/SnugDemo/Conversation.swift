import NIOCore
import SnugClient

/// Alice and Bob register, meet in a private room, and Alice posts a photograph that Bob receives on his live socket.
struct Conversation: Sendable {
    /// How long each answer, the socket and the picture may take.
    private static let patience = Duration.seconds(60)

    let server: ServerAddress
    let photograph: Photograph

    func run() async throws {
        async let first = register("Alice")
        async let second = register("Bob")
        let (alice, bob) = try await (first, second)
        let room = try await alice.makeRoom(topic: "A demo", with: [bob])
        print("  Alice made the private room \"\(room.name.text)\" and invited Bob, who accepted")
        let socket = try await openSocket(of: bob)
        print("  Bob's live socket is open")
        let picture = try await post(by: alice, in: room, watching: socket)
        try await socket.close()
        try await showThumbnail(of: picture)
    }

    private func register(_ name: String) async throws -> Person {
        let connection = HTTPConnection(to: server.site, deadline: TimeAmount(Self.patience))
        let username = "\(name.lowercased())-\(hexadecimal(digits: 6))"
        let person = try await connection.register(username, displayName: name, password: hexadecimal(digits: 36))
        print("  \(name) is registered as \(username)")
        return person
    }

    private func hexadecimal(digits: Int) -> String {
        String((0..<digits).map { _ in "0123456789abcdef".randomElement() ?? "0" })
    }

    private func openSocket(of person: Person) async throws -> LiveClient {
        do {
            return try await within(Self.patience, waitingFor: "the welcome") { try await person.listen() }
        } catch let unexpected as UnexpectedFrame {
            throw Failure("The live socket sent \(unexpected.text) instead of a welcome")
        } catch {
            throw Failure("The live socket did not open: \(Failure.reason(error))")
        }
    }

    /// Returns the attachment when it is ready.
    private func post(by alice: Person, in room: JSON, watching socket: LiveClient) async throws -> JSON {
        let size = photograph.bytes.count.grouped
        print("\nAlice posts \(photograph.name), \(size) bytes. On Bob's socket, since her upload began:")
        let timeline = Timeline()
        let upload = try await alice.postAttachment(
            photograph.bytes,
            named: photograph.name,
            headers: ["content-type": photograph.mediaType]
        ).expect(201).json
        print("\(timeline.now)  (Alice's upload was answered)")
        async let picture = receive(upload.id.text, on: socket, timeline)
        _ = try await alice.say("Look at this!", in: room, with: [upload])
        return try await picture
    }

    /// Prints what arrives until the picture is ready; returns the finished attachment.
    private func receive(_ id: String, on socket: LiveClient, _ timeline: Timeline) async throws -> JSON {
        do {
            return try await within(Self.patience, waitingFor: "the picture") {
                while true {
                    let event = EventSummary(JSON.orMissing(try await socket.nextText()))
                    print("\(timeline.now)  \(event)")
                    let picture = event.attachments.first { $0.id.text == id }
                    if picture?.status == "ready", let picture { return picture }
                    if picture?.status == "failed" {
                        throw Failure("The picture failed: \(picture?.failure.detail.text ?? "")")
                    }
                }
            }
        } catch is TookTooLong {
            throw Failure("The picture was not ready within \(Self.patience.components.seconds) s")
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("The live socket closed: \(error)")
        }
    }

    private func showThumbnail(of picture: JSON) async throws {
        guard picture.kind == "image" else { throw Failure("\(photograph.name) is not a picture that Snug renders") }
        let address = try server.resolve(picture.variants.thumbnail.url.text)
        let thumbnail = try await server.get(address)
        let type = thumbnail[header: "content-type"] ?? "unknown type"
        print("\nThumbnail: \(thumbnail.body.count.grouped) bytes of \(type)")
        print("Open it, or the 1920-pixel variant, in a browser (the URL itself grants access):")
        print("  \(address)")
        print("  \(try server.resolve(picture.variants.large.url.text))")
    }
}
