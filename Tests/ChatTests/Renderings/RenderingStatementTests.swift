import TestSupport
import Testing
import Vocabulary

@testable import Chat

@Suite("Statements of renderings", .timeLimit(.standard))
struct RenderingStatementTests {
    private static let variants = [VariantSize.thumbnail, .medium, .large].map { size in
        Variant(size: size, fileSize: .thumbnail, width: 150, height: 113, format: .jpg, byteCount: 5000)
    }

    @Test("I8: a rendering takes a fixed number of statements, for three variants as for one", arguments: [1, 3])
    func success(variantCount: Int) async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let picture = try await chat.upload(.image, by: ada)
            try await chat.say("", [picture], in: room, by: ada)
            let renderings = chat.store.renderings
            // The look without a transaction, the next one, its start, and the crashes of its content.
            let next = try await chat.statements { _ = try await renderings.next() }
            #expect(next.count == 4, "\(next)")
            let variants = Array(Self.variants.prefix(variantCount))
            let finish = try await chat.statements { _ = try await renderings.finish(picture, variants: variants) }
            // Two updates, the variants, the attachment for the event, and three for the event itself.
            #expect(finish.count == 7, "\(finish)")
        }
    }

    @Test("I8: a failure, a withdrawn attempt and a requested retry take a fixed number of statements")
    func failure() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let picture = try await chat.upload(.image, by: ada)
            let renderings = chat.store.renderings
            _ = try await renderings.next()
            let withdrawal = try await chat.statements { try await renderings.withdrawAttempt(picture) }
            #expect(withdrawal.count == 1, "\(withdrawal)")
            let failure = try await chat.statements {
                _ = try await renderings.recordFailure(picture, .sample(.picture))
            }
            // The rendering, the crashes of its content, its new state, and the attachment.
            #expect(failure.count == 4, "\(failure)")
            let retry = try await chat.statements { _ = try await renderings.retry(picture, by: ada) }
            // The attachment before and after, the rendering, two counts, the queued cost, the new state.
            #expect(retry.count == 7, "\(retry)")
        }
    }

    @Test("I8: reading an attachment takes the same statements in every state of its rendering")
    func page() async throws {
        try await withChat { chat in
            let ada = try await chat.person("ada")
            let room = try await chat.room(of: ada)
            let (waiting, failed) = (try await chat.upload(.image, by: ada), try await chat.upload(.image, by: ada))
            _ = try await chat.store.renderings.recordFailure(failed, .sample(.picture))
            for id in [waiting, failed, try await chat.upload(.file, by: ada)] {
                let message = try await chat.say("", [id], in: room, by: ada)
                let read = try await chat.statements {
                    _ = try await chat.store.read { try $0.message(message.id, in: room) }
                }
                #expect(read.count == 2, "\(read)")
            }
        }
    }
}
