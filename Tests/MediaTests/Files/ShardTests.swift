import TestSupport
import Testing
import Vocabulary

@testable import Media

@Suite(.timeLimit(.standard)) struct ShardTests {
    @Test("The folder of a file is named like the end of its id")
    func name() {
        let id = BlobID.random()
        #expect(id.shard.description == id.description.suffix(2))
    }
}
