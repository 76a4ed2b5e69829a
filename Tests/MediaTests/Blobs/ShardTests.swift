import Media
import Testing
import Vocabulary

@Suite struct ShardTests {
    @Test("A file's folder is named like the end of its id")
    func name() {
        let id = BlobID.random()
        #expect(id.shard.description == id.description.suffix(2))
    }
}
