import FoundationEssentials
import Testing
import Vocabulary

@Suite(.timeLimit(.minutes(30))) struct IdentifierTests {
    @Test("An id reads back what it writes, lower case")
    func roundTrip() throws {
        let id = BlobID.random()
        #expect(BlobID(id.description) == id)
        #expect(id.description == id.uuid.uuidString.lowercased())
    }

    @Test(
        "Anything but the canonical form is no id",
        arguments: [
            "", "x", "0F9619FF-8B86-4D01-B42D-00CF4FC964FF", "0f9619ff8b864d01b42d00cf4fc964ff",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964f", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff ",
            "{0f9619ff-8b86-4d01-b42d-00cf4fc964f", "../../../etc/passwd-0000-000000000000",
        ]
    )
    func strict(text: String) {
        #expect(BlobID(text) == nil)
    }

    @Test("An id is a plain string in JSON")
    func json() throws {
        let id = BlobID.random()
        let data = try JSONEncoder().encode([id])
        #expect(String(decoding: data, as: UTF8.self) == "[\"\(id)\"]")
        #expect(try JSONDecoder().decode([BlobID].self, from: data) == [id])
    }
}
