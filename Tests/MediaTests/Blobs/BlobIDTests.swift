import Fixtures
import FoundationEssentials
import Media
import Testing

@Suite struct BlobIDTests {
    @Test("An id reads back what it writes, lower case")
    func roundTrip() throws {
        let id = BlobID()
        #expect(BlobID(id.description) == id)
        #expect(id.description == id.uuid.uuidString.lowercased())
        #expect(id.shard.description == id.description.suffix(2))
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
        let id = BlobID()
        let data = try JSONEncoder().encode([id])
        #expect(String(decoding: data, as: UTF8.self) == "[\"\(id)\"]")
        #expect(try JSONDecoder().decode([BlobID].self, from: data) == [id])
    }

    @Test("A variant's name reads back what it writes")
    func variantName() {
        let id = BlobID()
        for file in VariantFile.all(of: id) { #expect(VariantFile(name: file.name) == file) }
        #expect(VariantFile.animated(id).name == "\(id).animated.webp")
        #expect(VariantFile.all(of: id).contains(.animated(id)))
    }

    @Test(
        "Anything but a variant's own name is none",
        arguments: [
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.150",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.151.jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.150.png",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.0150.jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.150.jpg.part",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff..jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.animated",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.animated.jpg", "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.Animated.webp",
            "0f9619ff-8b86-4d01-b42d-00cf4fc964ff.animated.150.webp",
        ]
    )
    func strictVariantName(name: String) {
        #expect(VariantFile(name: name) == nil)
    }
}
