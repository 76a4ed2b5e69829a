import SnugClient
import TestSupport
import Testing

@Suite("Repeated uploads", .timeLimit(.standard))
struct RepeatedUploadTests {
    private let bytes = Array("content".utf8)

    private func form(_ bytes: [UInt8], boundary: String, name: String = "file.bin") -> [UInt8] {
        let head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n"
        return Array(head.utf8) + bytes + Array("\r\n--\(boundary)--\r\n".utf8)
    }

    private func upload(_ form: [UInt8], boundary: String, by person: Person) async throws -> Answer {
        try await person.send(
            .POST,
            "attachments",
            headers: ["idempotency-key": "key", "content-type": "multipart/form-data; boundary=\(boundary)"],
            body: .bytes(form)
        )
    }

    @Test("I3: repeating an upload whose answer was lost leaves no second file")
    func again() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let first = try await ada.upload(bytes, key: "key").expect(201)
            let again = try await ada.upload(bytes, key: "key").expect(201)
            #expect(!first.isReplayed && again.isReplayed)
            #expect(again.json == first.json)
            #expect(try server.attachmentRows() == 1)
            #expect(try server.storedFiles().count == 1)
            #expect(try await ada.get("attachments/\(first.json.id.text)/original").body == bytes)
        }
    }

    @Test("I3: the same file is the same upload, with another boundary or without a form")
    func otherBoundary() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let first = try await upload(form(bytes, boundary: "one"), boundary: "one", by: ada).expect(201)
            let again = try await upload(form(bytes, boundary: "two"), boundary: "two", by: ada).expect(201)
            #expect(again.isReplayed && again.json == first.json)
            let bare = try await ada.upload(bytes, key: "key").expect(201)
            #expect(bare.isReplayed && bare.json == first.json)
            #expect(try server.attachmentRows() == 1)
            #expect(try server.storedFiles().count == 1)
        }
    }

    @Test("I3: other bytes or another filename with the same key are a mismatch, and nothing is stored")
    func mismatch() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            _ = try await ada.upload(bytes, key: "key").expect(201)
            #expect(try await ada.upload([1, 2, 3], key: "key").isProblem(422, "idempotency_mismatch"))
            let renamed = try await ada.upload(bytes, named: "other.bin", key: "key")
            #expect(renamed.isProblem(422, "idempotency_mismatch"))
            #expect(try server.attachmentRows() == 1)
            #expect(try server.storedFiles().count == 1)
        }
    }

    @Test("A refused upload does not use its key")
    func refused() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            #expect(try await ada.upload([], key: "key").isProblem(422, "invalid"))
            let mended = try await ada.upload(bytes, key: "key").expect(201)
            #expect(!mended.isReplayed)
        }
    }

    @Test("Repeating a deleted upload does not restore it")
    func gone() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let file = try await ada.upload(bytes, key: "key").expect(201).json
            #expect(try await ada.delete("attachments/\(file.id.text)").status == 204)
            #expect(try await ada.upload(bytes, key: "key").isProblem(410, "gone"))
            #expect(try server.attachmentRows() == 1)
        }
    }

    @Test("I3: of two uploads with a key the first one to complete counts, and a slow one blocks nobody")
    func together() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let slow = try await Self.begin(by: ada)
            try await server.waitForRows { $0 == 1 }
            let first = try await ada.upload(bytes, key: "key").expect(201)
            #expect(!first.isReplayed)
            try await slow.send(Array(bytes.dropFirst(3)))
            let head = try await slow.readHead()
            #expect(head.hasPrefix("HTTP/1.1 201 "))
            #expect(head.lowercased().contains("idempotency-replayed: true"))
            #expect(try await ada.upload(bytes, key: "key").expect(201).isReplayed)
            #expect(try server.attachmentRows() == 1)
            #expect(try server.storedFiles().count == 1)
        }
    }

    @Test("An interrupted upload does not use its key")
    func brokenOff() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let slow = try await Self.begin(by: ada)
            try await server.waitForRows { $0 == 1 }
            try await slow.vanish()
            try await server.waitForRows { $0 == 0 }
            #expect(try await !ada.upload(bytes, key: "key").expect(201).isReplayed)
            #expect(try server.attachmentRows() == 1)
            #expect(try server.storedFiles().count == 1)
        }
    }

    @Test("I8: slow uploads do not block keys of others")
    func slowUploads() async throws {
        try await withServer { server in
            let (ada, bob) = (try await server.register("ada"), try await server.register("bob"))
            var slow: [RawConnection] = []
            for number in 0..<40 { slow.append(try await Self.begin(by: ada, key: "key\(number)")) }
            try await server.waitForRows { $0 == 40 }
            for person in [ada, bob] {
                let room: JSON = ["kind": "private", "name": "Room"]
                #expect(try await person.post("rooms", room, key: "another").status == 201)
            }
            for connection in slow { try await connection.vanish() }
        }
    }

    /// Sends the first bytes of an upload of seven.
    private static func begin(by person: Person, key: String = "key") async throws -> RawConnection {
        let connection = try await RawConnection(to: person.site)
        try await connection.send(
            "POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(person.token)\r\n"
                + "Idempotency-Key: \(key)\r\nContent-Disposition: attachment; filename=file.bin\r\n"
                + "Content-Length: 7\r\n\r\ncon"
        )
        return connection
    }
}
